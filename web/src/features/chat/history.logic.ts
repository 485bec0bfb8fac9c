import type { ChatState } from './fold.state'
import type { MessagePage } from './chat.types'

/** So many messages are held at once; beyond them the far end is let go. */
export const WINDOW_MAX = 900
/** A page read while facts arrive may be older than they are; so often it is read again. */
export const READS_MAX = 3

/** A page that claims to reach the newest message, read while more came, does not reach it. */
export function honest(page: MessagePage, before: Pick<ChatState, 'below'>, now: Pick<ChatState, 'below' | 'path'>): MessagePage {
  if (page.newer_cursor || before.below === now.below) return page
  return { ...page, newer_cursor: page.items.at(-1)?.id ?? now.path.at(-1) ?? null }
}

/** The message a reload turns around: the one that is read, if it is still there. */
export const middleOf = (path: readonly string[]): string | undefined => path[Math.floor(path.length / 2)]
