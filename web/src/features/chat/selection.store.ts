import { defineStore } from 'pinia'
import { computed, shallowRef, ref } from 'vue'
import { SELECTED_MAX, extended, toggled } from './selection.logic'

/** The messages that are chosen, to do something with all of them. */
export const useSelection = defineStore('selection', () => {
  const active = ref(false)
  const chosen = shallowRef<ReadonlySet<string>>(new Set())
  /** Where a range begins: the message chosen last. */
  const anchor = ref<string | null>(null)

  function begin(id?: string): void {
    active.value = true
    if (id) toggle(id)
  }
  function end(): void {
    active.value = false
    chosen.value = new Set()
    anchor.value = null
  }
  function toggle(id: string): void {
    chosen.value = toggled(chosen.value, id)
    anchor.value = id
  }
  /** Chooses all from the message chosen last to this one, in the order of the path. */
  function extend(id: string, path: readonly string[]): void {
    chosen.value = extended(chosen.value, { from: anchor.value, to: id, path })
    anchor.value ??= id
  }
  const choose = (ids: readonly string[]): void => { chosen.value = new Set(ids.slice(-SELECTED_MAX)) }

  return { active, chosen, anchor, count: computed(() => chosen.value.size), begin, end, toggle, extend, choose, has: (id: string) => chosen.value.has(id) }
})
