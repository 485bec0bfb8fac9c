import type { Effective, Group, Layer, Op, Path, Scope, ScopeType, Value } from './config.types'

const order: readonly ScopeType[] = ['global', 'user', 'character', 'conversation']

/** `/generation/top_p` → `generation.top_p`: where its words stand in the locale files. */
export const wordsOf = (path: string): string => path.slice(1).replace('/', '.')
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export const layerOf = (told: Effective | undefined, scope: Scope): Layer | undefined =>
  told?.layers.find((layer) => layer.scope.type === scope.type)

/** Which layer a value comes from, in the words of the badges. */
export type Source = 'default' | ScopeType
export function sourceOf(told: Effective | undefined, path: string): Source {
  const source = told?.sources[path]
  return source && source !== 'seed' ? source.type : 'default'
}

/** What holds without this layer, and which layer says so: the one to go back to. */
export function below(told: Effective, scope: Scope, row: Path): { value: Value; source: Source } {
  const under = told.layers.filter((layer) => order.indexOf(layer.scope.type) < order.indexOf(scope.type))
  const saying = under.findLast((layer) => row.path in layer.values)
  return saying ? { value: saying.values[row.path] ?? null, source: saying.scope.type } : { value: row.default, source: 'default' }
}

/** What takes a change back: what the layer said of the paths before. */
export function inverse(ops: readonly Op[], before: Layer | undefined): Op[] {
  return [...new Set(ops.map((op) => op.path))].map((path) =>
    before && path in before.values ? { op: 'set', path, value: before.values[path] ?? null } : { op: 'unset', path })
}

export const shownIn = (rows: readonly Path[], scope: Scope, wanted: readonly Group[]): Path[] =>
  rows.filter((row) => row.scopes.includes(scope.type) && wanted.includes(row.group))

/** Outside what usually works well. */
export function isOdd(row: Path, value: Value): boolean {
  if (!row.warn || typeof value !== 'number') return false
  const [low, high] = row.warn
  return (low !== null && value < low) || (high !== null && value > high)
}

/** A number that fits the row: inside its range, on its step. */
export function fitted(row: Path, value: number): number {
  const step = row.step ?? 1
  const stepped = row.type === 'integer' ? Math.round(value) : Number((Math.round(value / step) * step).toFixed(4))
  return Math.min(row.max ?? stepped, Math.max(row.min ?? stepped, stepped))
}

/** Ranges of millions make no slider; those get a field alone. */
export const slides = (row: Path): boolean => row.min !== null && row.max !== null && (row.max - row.min) / (row.step ?? 1) <= 500

export interface Stop {
  word: string
  values: Record<string, Value>
}
const generation = (values: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`/generation/${name}`, value]))
const stop = (word: string, values: Record<string, Value>): Stop => ({ word, values: generation(values) })

/** The plain view's sliders: each stop is a word for a few values together. */
export const dials = {
  creativity: [
    stop('faithful', { temperature: 0.4, top_p: 0.9 }),
    stop('calm', { temperature: 0.7, top_p: 0.95 }),
    stop('balanced', { temperature: 0.9, top_p: 1 }),
    stop('lively', { temperature: 1.1, top_p: 1 }),
    stop('wild', { temperature: 1.35, top_p: 0.98 }),
  ],
  focus: [stop('open', { min_p: 0 }), stop('light', { min_p: 0.02 }), stop('firm', { min_p: 0.05 }), stop('strict', { min_p: 0.1 })],
  freshness: [
    stop('relaxed', { repetition_penalty: 1, frequency_penalty: 0 }),
    stop('gentle', { repetition_penalty: 1.05, frequency_penalty: 0.2 }),
    stop('firm', { repetition_penalty: 1.1, frequency_penalty: 0.4 }),
    stop('strict', { repetition_penalty: 1.18, frequency_penalty: 0.7 }),
  ],
} as const satisfies Record<string, readonly Stop[]>
export type Dial = keyof typeof dials

/** Where a dial stands: a stop whose values all hold, `free` when nobody said anything, `own` for values between. */
export function dialAt(dial: Dial, values: Record<string, Value>): number | 'free' | 'own' {
  const stops: readonly Stop[] = dials[dial]
  const paths = Object.keys(stops[0]!.values)
  if (paths.every((path) => values[path] === null || values[path] === undefined)) return 'free'
  const exact = stops.findIndex((one) => paths.every((path) => values[path] === one.values[path]))
  return exact === -1 ? 'own' : exact
}
/** The stop nearest to values between: where the knob is drawn. */
export function nearest(dial: Dial, values: Record<string, Value>): number {
  const stops: readonly Stop[] = dials[dial]
  const path = Object.keys(stops[0]!.values)[0]!
  const value = values[path]
  if (typeof value !== 'number') return dial === 'creativity' ? 2 : 0
  const far = stops.map((one) => Math.abs((one.values[path] as number) - value))
  return far.indexOf(Math.min(...far))
}
