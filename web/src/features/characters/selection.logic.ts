import type { Asked, Chosen } from './gallery.api'

/** Who is chosen: some by hand, or all that match but some. */
export interface Selection {
  everything: boolean
  /** Chosen by hand; or, of everything, taken out by hand. */
  ids: ReadonlySet<string>
}

export const nobody: Selection = { everything: false, ids: new Set() }
export const everybody: Selection = { everything: true, ids: new Set() }

export const holds = ({ everything, ids }: Selection, id: string): boolean => ids.has(id) !== everything

/** One more, or one fewer. */
export function turned(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ...selection, ids }
}

/** Everything between two places of the list, both ends too. */
export function stretched(selection: Selection, ids: readonly string[], from: number, to: number): Selection {
  const between = ids.slice(Math.min(from, to), Math.max(from, to) + 1)
  const kept = new Set(selection.ids)
  for (const id of between) if (selection.everything) kept.delete(id); else kept.add(id)
  return { ...selection, ids: kept }
}

export const countOf = ({ everything, ids }: Selection, total: number): number => (everything ? Math.max(0, total - ids.size) : ids.size)

/** In the server's words. */
export const chosenOf = ({ everything, ids }: Selection, asked: Asked): Chosen =>
  everything ? { all_matching: { ...asked, without: [...ids] } } : { ids: [...ids] }

/** The server takes so many by name at once. */
export const namedMost = 1000
