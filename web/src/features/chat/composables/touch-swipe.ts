import { useEventListener, type MaybeComputedElementRef } from '@vueuse/core'

const DISTANCE_PX_MIN = 64
/** A finger that goes more down than across scrolls. */
const SLOPE_MAX = 0.5

/** A horizontal stroke: to the left for the next version, to the right for the one before. */
export function useTouchSwipe(target: MaybeComputedElementRef<HTMLElement | null>, may: () => boolean, run: (by: 1 | -1) => unknown): void {
  let from: { x: number; y: number } | null = null
  useEventListener(target, 'touchstart', (event: TouchEvent) => {
    const touch = event.touches[0]
    const scrolls = (event.target as Element).closest('pre,table,input,textarea')
    from = touch && event.touches.length === 1 && !scrolls && may() ? { x: touch.clientX, y: touch.clientY } : null
  }, { passive: true })
  useEventListener(target, 'touchend', (event: TouchEvent) => {
    const touch = event.changedTouches[0]
    if (!from || !touch || getSelection()?.toString()) return
    const [across, down] = [touch.clientX - from.x, touch.clientY - from.y]
    from = null
    if (Math.abs(across) >= DISTANCE_PX_MIN && Math.abs(down) <= Math.abs(across) * SLOPE_MAX) run(across < 0 ? 1 : -1)
  }, { passive: true })
}
