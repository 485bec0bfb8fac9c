const PRESS_MS = 500
const MOVE_PX_MAX = 10

/** Holding a finger on a message, as handlers for `v-bind`. A finger that moves scrolls or selects, and is left alone. */
export function useLongPress(run: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let from = { x: 0, y: 0 }
  const cancel = () => clearTimeout(timer)

  function onPointerdown(event: PointerEvent): void {
    if (event.pointerType !== 'touch' || (event.target as Element).closest('a,button,textarea,input,summary,pre')) return
    from = { x: event.clientX, y: event.clientY }
    timer = setTimeout(() => { if (!getSelection()?.toString()) run() }, PRESS_MS)
  }
  function onPointermove(event: PointerEvent): void {
    if (timer && Math.hypot(event.clientX - from.x, event.clientY - from.y) > MOVE_PX_MAX) cancel()
  }
  return { onPointerdown, onPointermove, onPointerup: cancel, onPointercancel: cancel }
}
