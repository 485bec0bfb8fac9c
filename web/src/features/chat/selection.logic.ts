/** As many messages as the server changes at once. */
export const SELECTED_MAX = 1000

export function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen)
  if (!next.delete(id) && next.size < SELECTED_MAX) next.add(id)
  return next
}

interface Range {
  from: string | null
  to: string
  path: readonly string[]
}

/** What is chosen, and all between `from` and `to`. Without a beginning that is loaded, only `to`. */
export function extended(chosen: ReadonlySet<string>, { from, to, path }: Range): ReadonlySet<string> {
  const end = path.indexOf(to)
  const start = from === null ? -1 : path.indexOf(from)
  const range = start < 0 || end < 0 ? [to] : path.slice(Math.min(start, end), Math.max(start, end) + 1)
  const next = new Set(chosen)
  for (const id of range) if (next.size < SELECTED_MAX) next.add(id)
  return next
}

/** The chosen ones in the order of the path; those that left it meanwhile are out. */
export const inOrder = (chosen: ReadonlySet<string>, path: readonly string[]): string[] => path.filter((id) => chosen.has(id))
