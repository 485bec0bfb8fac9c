import { useEventListener } from '@vueuse/core'
import type { Message } from '../chat.types'
import { RUNNING } from '../fold.state'

export interface Hands {
  last: () => Message | null
  /** The message the keyboard stands on. */
  here: () => Message | null
  swipe: (message: Message, by: 1 | -1) => unknown
  undo: () => unknown
  redo: () => unknown
  /** Does what a letter stands for with this message. Says whether it meant anything. */
  deed: (message: Message, key: string) => boolean
  /** To the message before or after the one the keyboard stands on. */
  walk: (by: 1 | -1, extending: boolean) => boolean
  /** Letters that open something, whatever the keyboard stands on. */
  open: Readonly<Record<string, () => unknown>>
  /** The last message of the reader's own. */
  lastOwn: () => Message | null
  leave: () => boolean
}

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && !target.matches('[type=checkbox]')
/** Keys inside menus, tabs, dialogs and sliders are theirs. */
const isTaken = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role=menu],[role=tablist],[role=dialog],[role=alertdialog],[role=listbox],[role=tree],[role=separator]') !== null

/** The keys of the chat while nothing is being typed. */
export function useShortcuts(hands: Hands): void {
  const swipe = (by: 1 | -1): unknown => {
    const message = hands.here() ?? hands.last()
    return message && !RUNNING.has(message.status) ? hands.swipe(message, by) : false
  }
  function edit(): boolean {
    const message = hands.here() ?? hands.lastOwn()
    return message ? hands.deed(message, 'e') : false
  }
  function plain(event: KeyboardEvent): unknown {
    const { key } = event
    if (key === 'ArrowLeft' || key === 'ArrowRight') return swipe(key === 'ArrowLeft' ? -1 : 1)
    if (/^[jk]$/i.test(key)) return hands.walk(key.toLowerCase() === 'j' ? 1 : -1, event.shiftKey)
    if (key === 'Escape') return hands.leave()
    if (key === 'e') return edit()
    const here = hands.here()
    return (here && hands.deed(here, key)) || (hands.open[key] ? hands.open[key]() : false)
  }
  const withControl: Record<string, () => unknown> = { z: hands.undo, 'shift+z': hands.redo, y: hands.redo }

  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || isTyping(event.target) || isTaken(event.target)) return
    const control = event.ctrlKey || event.metaKey
    const done = control ? withControl[`${event.shiftKey ? 'shift+' : ''}${event.key.toLowerCase()}`]?.() : plain(event)
    if (done === false || (control && done === undefined && !(event.key.toLowerCase() in withControl))) return
    event.preventDefault()
  })
}
