import type { Message } from './chat.types'
import type { ChatState } from './fold.state'

/** Of each chat so many of its newest messages are kept for the times without a server. */
export const KEPT_MESSAGES_MAX = 400

/** The state as it is put away: the newest messages of the path as they are shown, and nothing half-told. */
export function cutForKeeping(state: ChatState): ChatState | null {
  if (state.hasNewer || !state.path.length || state.deleted) return null
  const path = state.path.slice(-KEPT_MESSAGES_MAX)
  const messages: Record<string, Message> = {}
  for (const id of path) if (state.messages[id]) messages[id] = state.messages[id]
  return {
    ...state, path, messages, variants: Object.fromEntries(Object.values(messages).map((one) => [one.variant.id, one])),
    hasOlder: state.hasOlder || path.length < state.path.length, drafts: {}, hole: null,
  }
}
