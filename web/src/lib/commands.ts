import { computed, onScopeDispose, shallowReactive, toValue, type Component, type MaybeRefOrGetter } from 'vue'
import type { RouteLocationRaw } from 'vue-router'

/** Something the person can do or go to by name, from wherever they are. */
export interface Command {
  /** Stays the same over languages and releases: what was used last is remembered by it. */
  id: string
  group: 'action' | 'place' | 'setting'
  label: string
  icon?: Component
  /** Other words it is found by. */
  words?: string
  /** Found by typing only, not offered before: one of many alike. */
  quiet?: boolean
  /** Keys that do the same. */
  hint?: string
  to?: RouteLocationRaw
  run?: () => unknown
}

const areas = shallowReactive(new Map<symbol, MaybeRefOrGetter<readonly Command[]>>())

/** Offer these while the component is on the page: the palette shows what every area offers now, the newest area first. */
export function useCommands(rows: MaybeRefOrGetter<readonly Command[]>): void {
  const area = Symbol('area')
  areas.set(area, rows)
  onScopeDispose(() => areas.delete(area))
}

/** Whatever is offered at the moment; of two with one id the newer area's. */
export const commands = computed<readonly Command[]>(() => {
  const offered = [...areas.values()].reverse().flatMap((rows) => [...toValue(rows)])
  const byId = new Map<string, Command>()
  for (const one of offered) if (!byId.has(one.id)) byId.set(one.id, one)
  return [...byId.values()]
})
