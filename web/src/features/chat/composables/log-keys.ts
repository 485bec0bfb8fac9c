import { useEventListener } from '@vueuse/core'
import { computed, nextTick, ref, type Ref } from 'vue'
import { useSelection } from '../selection.store'
import { isTyping } from './shortcuts'

interface Walk {
  keys: () => readonly string[]
  /** Brings a row into view, so that it exists and can be focused. */
  show: (key: string) => void
  toEnd: () => unknown
  top: () => unknown
}

const steps: Record<string, 1 | -1> = { ArrowUp: -1, ArrowDown: 1, k: -1, j: 1, K: -1, J: 1 }

/** Walking the log by keyboard. One row is in the tab order; J and K go from message to message from anywhere outside a field,
 * with Shift while choosing they take the next one along. */
export function useLogWalk(box: Ref<HTMLElement | null>, { keys, show, toEnd, top }: Walk) {
  const selection = useSelection()
  const walker = ref<string | null>(null)
  const tabStop = computed(() => (walker.value && keys().includes(walker.value) ? walker.value : keys().at(-1)))

  async function focus(index: number): Promise<void> {
    const key = keys()[index]
    if (!key) return
    walker.value = key
    show(key)
    await nextTick()
    requestAnimationFrame(() => box.value?.querySelector<HTMLElement>(`[data-row][data-index="${keys().indexOf(key)}"]`)?.focus({ preventScroll: true }))
  }

  function step(by: 1 | -1, extending: boolean): boolean {
    const at = walker.value ? keys().indexOf(walker.value) : -1
    const to = at < 0 ? keys().length - 1 : at + by
    const key = keys()[to]
    if (!key) return false
    if (extending && selection.active) selection.extend(key, keys())
    void focus(to)
    return true
  }

  /** A key pressed outside any field. Says whether it was one of these. */
  function press(event: KeyboardEvent): boolean {
    const by = steps[event.key]
    const onRow = event.target instanceof Element && event.target.matches('[data-row]')
    if (by && (onRow || /^[jk]$/i.test(event.key))) return step(by, event.shiftKey)
    if (!onRow) return false
    if (event.key === 'Home') { void top(); return true }
    if (event.key === 'End') { void toEnd(); return true }
    if (event.key === ' ' && selection.active) {
      const id = walker.value
      if (id && event.shiftKey) selection.extend(id, keys())
      else if (id) selection.toggle(id)
      return true
    }
    return false
  }

  useEventListener(box, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target) || !press(event)) return
    event.preventDefault()
  })
  useEventListener(box, 'focusin', (event: FocusEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-row]')
    if (row) walker.value = keys()[Number(row.dataset.index)] ?? null
  })
  return { tabStop, walker, step, focus }
}
