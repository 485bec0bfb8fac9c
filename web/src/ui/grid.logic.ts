/** How many columns of at least `least` px fit, never fewer than `columnsMin`. */
export function columnsOf(width: number, { least, gap, columnsMin = 2 }: { least: number; gap: number; columnsMin?: number }): number {
  return Math.max(columnsMin, Math.floor((width + gap) / (least + gap)))
}

/** Cut a list into rows. */
export function rowsOf<T>(items: readonly T[], columns: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / columns) }, (_, row) => items.slice(row * columns, (row + 1) * columns))
}

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End'
const steps: Record<Arrow, (at: number, columns: number, count: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at, columns) => at - columns,
  ArrowDown: (at, columns) => at + columns,
  Home: () => 0,
  End: (_at, _columns, count) => count - 1,
}

/** Where an arrow key leads from item `at`; stays put at the edges. */
export function neighbour(at: number, key: string, { columns, count }: { columns: number; count: number }): number {
  const to = key in steps ? steps[key as Arrow](at, columns, count) : at
  return to >= 0 && to < count ? to : at
}
