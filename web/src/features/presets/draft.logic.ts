import type { Data, Preset } from './presets.types'

export interface Draft {
  name: string
  data: Data
}
export const draftOf = ({ name, data }: Preset): Draft => ({ name, data })
const same = (one: unknown, other: unknown): boolean => one === other || JSON.stringify(one) === JSON.stringify(other)
const changedKeys = (before: Data, after: Data): string[] => (before === after ? [] : [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !same(before[key], after[key])))

export function changeOf(base: Draft, mine: Draft): { name?: string; data?: Data } {
  return { ...(base.name === mine.name ? {} : { name: mine.name.trim() }), ...(changedKeys(base.data, mine.data).length ? { data: mine.data } : {}) }
}
interface Sides { base: Draft; mine: Draft; theirs: Draft }
export function contested({ base, mine, theirs }: Sides): string[] {
  const clash = (from: unknown, one: unknown, other: unknown): boolean => !same(from, one) && !same(from, other) && !same(one, other)
  const keys = changedKeys(base.data, mine.data).filter((key) => clash(base.data[key], mine.data[key], theirs.data[key]))
  return [...(clash(base.name, mine.name, theirs.name) ? ['name'] : []), ...keys]
}
/** Mine on top of theirs: what only they changed comes in. */
export function rebased({ base, mine, theirs }: Sides): Draft {
  const data: Record<string, unknown> = { ...theirs.data }
  for (const key of changedKeys(base.data, mine.data)) {
    if (key in mine.data) data[key] = mine.data[key]
    else delete data[key]
  }
  return { name: base.name === mine.name ? theirs.name : mine.name, data }
}
