import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { Asked, Listed } from '../gallery.api'
import { chosenOf, countOf, everybody, holds, nobody, stretched, turned, type Selection } from '../selection.logic'

/** Choosing many in the gallery: with the pointer, by keys, or all that match. */
export function useSelection({ items, total, asked }: { items: Readonly<Ref<readonly Listed[]>>; total: Readonly<Ref<number>>; asked: Readonly<Ref<Asked>> }) {
  const choosing = ref(false)
  const selection = shallowRef<Selection>(nobody)
  const anchor = ref(-1)
  const count = computed(() => countOf(selection.value, total.value))
  const chosen = computed(() => chosenOf(selection.value, asked.value))

  function begin(): void { choosing.value = true }
  function end(): void {
    choosing.value = false
    selection.value = nobody
    anchor.value = -1
  }
  /** Choose one, or with `stretch` all from the last one on. */
  function pick(index: number, stretch = false): void {
    const item = items.value[index]
    if (!item) return
    begin()
    const ids = items.value.map(({ id }) => id)
    selection.value = stretch && anchor.value >= 0 ? stretched(selection.value, ids, anchor.value, index) : turned(selection.value, item.id)
    anchor.value = index
  }
  function all(): void {
    begin()
    selection.value = everybody
  }
  const none = (): void => void (selection.value = nobody)
  const has = (id: string): boolean => holds(selection.value, id)
  // Another list: what was chosen may not be in it, and nobody should act on what they cannot see.
  watch(asked, (now, before) => { if (JSON.stringify(now) !== JSON.stringify(before)) { none(); anchor.value = -1 } })

  return { choosing, selection, anchor, count, chosen, begin, end, pick, all, none, has }
}

export type Choice = ReturnType<typeof useSelection>
