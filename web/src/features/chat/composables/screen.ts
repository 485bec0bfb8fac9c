import { inject, provide, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import type { ConversationGroup, Message } from '../chat.types'
import type { Actions } from './actions'
import type { useSending } from './sending'

export type LogWindow = 'days' | 'bookmarks' | 'history' | 'compare'

/** What the parts of the chat's screen share, so that rows need no chain of events up to the view. */
export interface Screen {
  actions: Actions
  sending: ReturnType<typeof useSending>
  /** Opens the account of one message. */
  explain: (messageId: string) => void
  /** Opens the sheet of all actions of one message (phones). */
  openMenu: (messageId: string) => void
  openBranches: () => void
  /** Opens one of the log's windows, about a message where it has one. */
  open: (window: LogWindow, messageId?: string) => void
  /** Brings a message of the branch that is read into view. */
  reach: (messageId: string, align?: 'center' | 'start') => Promise<boolean>
  /** Turns to the branch that ends at `leaf` and brings the message into view. */
  goThere: (messageId: string, leaf?: string) => Promise<void>
  openShortcuts: () => void
  /** Looks for words in this chat, hit by hit. */
  find: (words: string) => Promise<void>
  /** Brings the newest message into view. */
  toEnd: () => void
  focusComposer: () => void
  /** The picture of whoever said this. */
  faceOf: (message: Pick<Message, 'role' | 'character_id'>) => string | null
  /** Who speaks here, where several do. */
  group: ComputedRef<ConversationGroup | null>
  narrow: Ref<boolean>
}

const key: InjectionKey<Screen> = Symbol('chat screen')
export const provideScreen = (screen: Screen): void => provide(key, screen)

export function useScreen(): Screen {
  const screen = inject(key)
  if (!screen) throw new Error('outside the chat screen')
  return screen
}
