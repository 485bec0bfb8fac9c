import type { Message } from './chat.types'
import type { ChatState } from './fold.state'

/** Pages read at once when the path changed far above; beyond them the reader scrolls up anew. */
export const REFRESH_PAGES_MAX = 10

/** Whether these newest messages reach up to where the loaded path still holds. */
export function reaches(state: Pick<ChatState, 'path' | 'stale'>, items: readonly Message[]): boolean {
  const first = items[0]
  if (!first || !state.stale) return true
  const at = state.path.indexOf(first.id)
  const from = state.stale.from === null ? 0 : state.path.indexOf(state.stale.from)
  return at >= 0 && at <= from
}

/** Reads from the newest page upwards until `reaches` says enough. */
export async function readTail(
  state: ChatState, read: (before?: string) => Promise<{ items: Message[]; next_cursor: string | null }>,
): Promise<{ items: Message[]; hasOlder: boolean }> {
  let items: Message[] = []
  for (let pages = 1; ; pages += 1) {
    const page = await read(items[0]?.id)
    items = [...page.items, ...items]
    const hasOlder = page.next_cursor !== null
    if (!hasOlder || pages >= REFRESH_PAGES_MAX || reaches(state, items)) return { items, hasOlder }
  }
}
