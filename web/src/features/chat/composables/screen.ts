import { inject, provide, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import type { Actions } from './actions'
import type { useSending } from './sending'

/** What the parts of the chat's screen share, so that rows need no chain of events up to the view. */
export interface Screen {
  actions: Actions
  sending: ReturnType<typeof useSending>
  /** Opens the account of one message. */
  explain: (messageId: string) => void
  /** Opens the sheet of all actions of one message (phones). */
  openMenu: (messageId: string) => void
  openBranches: () => void
  openShortcuts: () => void
  /** Brings the newest message into view. */
  toEnd: () => void
  focusComposer: () => void
  portrait: ComputedRef<string | null>
  narrow: Ref<boolean>
}

const key: InjectionKey<Screen> = Symbol('chat screen')
export const provideScreen = (screen: Screen): void => provide(key, screen)
export const screenKey = key

export function useScreen(): Screen {
  const screen = inject(key)
  if (!screen) throw new Error('outside the chat screen')
  return screen
}
