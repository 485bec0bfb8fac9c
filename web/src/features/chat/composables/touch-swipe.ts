import { ref } from 'vue'

const DISTANCE_PX_MIN = 64
/** A finger that goes more down than across scrolls. */
const SLOPE_MAX = 0.5
/** The browser's own way back begins at the edges of the screen: strokes from there are its. */
const EDGE_PX = 32
/** The row follows the finger a little, so that the stroke is felt before it does anything. */
const FOLLOW_PX_MAX = 72
const FOLLOW_FROM_PX = 12

interface Point {
  x: number
  y: number
}
const pointOf = (touch: Touch): Point => ({ x: touch.clientX, y: touch.clientY })
const isAcross = (across: number, down: number): boolean => Math.abs(down) <= Math.abs(across) * SLOPE_MAX

/** A horizontal stroke as handlers for `v-bind`: to the left for the next version, to the right for the one before. */
export function useTouchSwipe(may: () => boolean, run: (by: 1 | -1) => unknown) {
  const shift = ref(0)
  let from: Point | null = null

  function onTouchstartPassive(event: TouchEvent): void {
    const touch = event.touches[0]
    const scrolls = (event.target as Element).closest('pre,table,input,textarea')
    const atEdge = !touch || touch.clientX < EDGE_PX || touch.clientX > innerWidth - EDGE_PX
    from = touch && event.touches.length === 1 && !atEdge && !scrolls && may() ? pointOf(touch) : null
  }

  function onTouchmovePassive(event: TouchEvent): void {
    const touch = event.touches[0]
    if (!from || !touch) return
    const [across, down] = [touch.clientX - from.x, touch.clientY - from.y]
    const felt = isAcross(across, down) ? Math.max(0, Math.abs(across) - FOLLOW_FROM_PX) : 0
    shift.value = Math.sign(across) * Math.min(FOLLOW_PX_MAX, felt)
  }

  function onTouchend(event: TouchEvent): void {
    const touch = event.changedTouches[0]
    const began = from
    from = null
    shift.value = 0
    if (!began || !touch || getSelection()?.toString()) return
    const [across, down] = [touch.clientX - began.x, touch.clientY - began.y]
    if (Math.abs(across) >= DISTANCE_PX_MIN && isAcross(across, down)) run(across < 0 ? 1 : -1)
  }

  return { shift, handlers: { onTouchstartPassive, onTouchmovePassive, onTouchend, onTouchcancel: () => { from = null; shift.value = 0 } } }
}
