const PRESS_MS = 450
const MOVE_PX_MAX = 10
/** What a finger held down means something else on. */
const OWN_MEANING = 'a,button,textarea,input,summary,pre'

/** Holding a finger on something, as handlers for `v-bind`. A finger that moves scrolls, and is left alone.
 *
 * The browser has its own meaning for a held finger: it selects the word below it, or offers a link's menu. While a press
 * may become ours neither happens; a text that is selected already is being worked with, and then nothing happens here.
 * `leaves`: what is left to itself inside.
 */
export function useLongPress(run: () => void, { leaves = OWN_MEANING }: { leaves?: string } = {}) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let from = { x: 0, y: 0 }
  let held: HTMLElement | null = null
  let fired = false

  function end(): void {
    clearTimeout(timer)
    timer = undefined
    held?.style.removeProperty('user-select')
    held = null
  }

  function onPointerdown(event: PointerEvent): void {
    end()
    fired = false
    const isOther = event.pointerType !== 'touch' || !event.isPrimary || (event.target as Element).closest(leaves)
    if (isOther || getSelection()?.toString()) return
    from = { x: event.clientX, y: event.clientY }
    held = event.currentTarget as HTMLElement
    held.style.userSelect = 'none'
    timer = setTimeout(() => {
      fired = true
      clearTimeout(timer)
      timer = undefined
      run()
    }, PRESS_MS)
  }
  function onPointermove(event: PointerEvent): void {
    if (timer !== undefined && Math.hypot(event.clientX - from.x, event.clientY - from.y) > MOVE_PX_MAX) end()
  }
  /** The browser's menu for what lies under a held finger. */
  function onContextmenu(event: Event): void {
    if (held || fired) event.preventDefault()
  }
  /** Letting go of what was held is no press of what lies there. */
  function onClickCapture(event: Event): void {
    if (!fired) return
    fired = false
    event.preventDefault()
    event.stopPropagation()
  }
  return { onPointerdown, onPointermove, onPointerup: end, onPointercancel: end, onContextmenu, onClickCapture }
}
