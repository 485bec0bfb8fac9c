import { useEventListener, type MaybeComputedElementRef } from '@vueuse/core'

const PRESS_MS = 500
const MOVE_PX_MAX = 10

/** Holding a finger on a message. A finger that moves scrolls or selects, and is left alone. */
export function useLongPress(target: MaybeComputedElementRef<HTMLElement | null>, run: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let from = { x: 0, y: 0 }
  const cancel = () => clearTimeout(timer)

  useEventListener(target, 'pointerdown', (event: PointerEvent) => {
    if (event.pointerType !== 'touch' || (event.target as Element).closest('a,button,textarea,summary,pre')) return
    from = { x: event.clientX, y: event.clientY }
    timer = setTimeout(() => { if (!getSelection()?.toString()) run() }, PRESS_MS)
  })
  useEventListener(target, 'pointermove', (event: PointerEvent) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > MOVE_PX_MAX) cancel()
  })
  useEventListener(target, 'pointerup', cancel)
  useEventListener(target, 'pointercancel', cancel)
}
