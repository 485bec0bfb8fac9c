import { onScopeDispose, shallowRef } from 'vue'
import type { Listed } from '../gallery.api'

const restMs = 450
const pressMs = 480
const slopPx = 10

export interface Preview { item: Listed; beside: DOMRect; by: 'hover' | 'press' }

/** A look at a character: where a mouse rests, or a finger stays. Moving on ends the wait. */
export function usePreview(itemAt: (index: number) => Listed | undefined) {
  const preview = shallowRef<Preview>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let from = { x: 0, y: 0 }
  let pressed = false

  const cellOf = (event: Event): HTMLElement | null => (event.target as HTMLElement).closest<HTMLElement>('[data-index]')
  function cancel(): void { clearTimeout(timer) }
  function close(): void { cancel(); preview.value = undefined }
  function wait(event: PointerEvent, by: Preview['by'], ms: number): void {
    cancel()
    const cell = cellOf(event)
    const item = cell && itemAt(Number(cell.dataset.index))
    if (!cell || !item) return
    timer = setTimeout(() => { pressed = by === 'press'; preview.value = { item, beside: cell.getBoundingClientRect(), by } }, ms)
  }
  const on = {
    pointerover(event: PointerEvent): void {
      if (event.pointerType !== 'mouse' || event.buttons) return
      if (!cellOf(event)) return close()
      if (preview.value?.by === 'hover' && preview.value.item === itemAt(Number(cellOf(event)!.dataset.index))) return
      preview.value = undefined
      wait(event, 'hover', restMs)
    },
    pointerleave(event: PointerEvent): void { if (event.pointerType === 'mouse') close() },
    pointerdown(event: PointerEvent): void {
      pressed = false
      if (event.pointerType === 'mouse') return close()
      from = { x: event.clientX, y: event.clientY }
      wait(event, 'press', pressMs)
    },
    pointermove(event: PointerEvent): void {
      if (event.pointerType !== 'mouse' && Math.hypot(event.clientX - from.x, event.clientY - from.y) > slopPx) cancel()
    },
    pointerup: cancel,
    pointercancel: cancel,
    contextmenu(event: Event): void { if (pressed || preview.value?.by === 'press') event.preventDefault() },
  }
  /** A press that opened the preview is no press on the link: `click` asks once. */
  function swallowed(): boolean {
    const was = pressed
    pressed = false
    return was
  }
  onScopeDispose(cancel)
  return { preview, on, close, swallowed }
}
