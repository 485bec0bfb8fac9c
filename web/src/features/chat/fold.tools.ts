import type { Message } from './chat.types'
import type { ChatState, Stale } from './fold.state'

/** The state with this message, remembered under its variant too. */
export function withMessage(state: ChatState, message: Message): ChatState {
  return {
    ...state,
    messages: { ...state.messages, [message.id]: message },
    variants: { ...state.variants, [message.variant.id]: message },
  }
}

/** Changes a message that is known; one that is not stays unknown. Every fact about a message is a new version of it. */
export function change(state: ChatState, id: string, values: Partial<Message>): ChatState {
  const message = state.messages[id]
  return message ? withMessage(state, { ...message, version: message.version + 1, ...values }) : state
}

/** Two reasons to read again become the one that reads more. */
export function widen(state: ChatState, from: string | null): ChatState {
  const known = from === null ? -1 : state.path.indexOf(from)
  const before = state.stale ? (state.stale.from === null ? -1 : state.path.indexOf(state.stale.from)) : Infinity
  const stale: Stale = known <= before ? { from: known < 0 ? null : from } : state.stale!
  return { ...state, stale }
}

/** The path ends at this message now; unchanged when it is not on it. */
export function cutAfter(state: ChatState, id: string): ChatState {
  const at = state.path.indexOf(id)
  if (at < 0 || (at === state.path.length - 1 && !state.hasNewer)) return state
  return { ...state, path: state.path.slice(0, at + 1), hasNewer: false, below: 0 }
}

export function without(state: ChatState, variantId: string): ChatState {
  if (!(variantId in state.drafts)) return state
  const drafts = { ...state.drafts }
  delete drafts[variantId]
  return { ...state, drafts }
}

/** The known messages from below `above` down to `leaf`; null when one of them is not known. */
export function chain(state: ChatState, above: string, leaf: string): string[] | null {
  const found: string[] = []
  for (let id: string | null = leaf; id !== above; ) {
    const message: Message | undefined = id === null ? undefined : state.messages[id]
    if (!message) return null
    found.unshift(message.id)
    id = message.parent_id
  }
  return found
}

/** Code points, as the server counts. */
export const lengthOf = (text: string): number => [...text].length

export const afterPoints = (text: string, points: number): string => (points <= 0 ? text : [...text].slice(points).join(''))
export const firstPoints = (text: string, points: number): string => [...text].slice(0, points).join('')
