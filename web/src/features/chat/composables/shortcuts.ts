import { useEventListener } from '@vueuse/core'
import type { Message } from '../chat.types'
import { RUNNING } from '../fold.state'

interface Hands {
  last: () => Message | null
  swipe: (message: Message, by: 1 | -1) => unknown
  undo: () => unknown
  redo: () => unknown
  edit: (message: Message) => unknown
  focusComposer: () => unknown
  shortcuts: () => unknown
  /** The last message of the reader's own. */
  lastOwn: () => Message | null
}

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
/** Keys inside menus, tabs, dialogs and sliders are theirs. */
const isTaken = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role=menu],[role=tablist],[role=dialog],[role=alertdialog],[role=listbox],[role=tree],[role=separator]') !== null

/** The keys of the chat while nothing is being typed. One row for a key. */
export function useShortcuts(hands: Hands): void {
  const swipe = (by: 1 | -1) => () => {
    const last = hands.last()
    return last && !RUNNING.has(last.status) ? hands.swipe(last, by) : false
  }
  const plain: Record<string, () => unknown> = {
    ArrowLeft: swipe(-1),
    ArrowRight: swipe(1),
    '/': hands.focusComposer,
    '?': hands.shortcuts,
    e: () => { const own = hands.lastOwn(); return own ? hands.edit(own) : false },
  }
  const withControl: Record<string, () => unknown> = { z: hands.undo, 'shift+z': hands.redo, y: hands.redo }

  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || isTyping(event.target) || isTaken(event.target)) return
    const control = event.ctrlKey || event.metaKey
    const name = control ? `${event.shiftKey ? 'shift+' : ''}${event.key.toLowerCase()}` : event.key
    const run = (control ? withControl : plain)[name]
    if (!run || run() === false) return
    event.preventDefault()
  })
}
