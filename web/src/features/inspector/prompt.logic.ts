import type { Exact, Part } from './prompt.types'

export interface Share { source: string; tokens: number }
/** Tokens by source, in the order in which the sources first appear. */
export function bySource(parts: readonly Part[]): Share[] {
  const sums = new Map<string, number>()
  for (const { source, tokens } of parts) sums.set(source, (sums.get(source) ?? 0) + tokens)
  return [...sums].map(([source, tokens]) => ({ source, tokens })).filter(({ tokens }) => tokens > 0)
}

export const copied = ({ prompt, messages }: Exact): string => prompt ?? JSON.stringify(messages ?? [], null, 2)

export interface Pair {
  key: string
  source: string
  title: string
  before: string
  after: string
  tokens: readonly [number, number]
  state: 'same' | 'changed' | 'gone' | 'new'
}

/** Parts of the same source and title are one and the same, counted from the first, whatever stands between them. */
function keyed(parts: readonly Part[]): Map<string, Part> {
  const counts = new Map<string, number>()
  const found = new Map<string, Part>()
  for (const part of parts) {
    const name = `${part.source}|${part.title ?? ''}`
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    found.set(`${name}|${count}`, part)
  }
  return found
}

/** Two prompts part by part: in the order of the second, with what only the first has where it stood. */
export function pairsOf(first: readonly Part[], second: readonly Part[]): Pair[] {
  const [before, after] = [keyed(first), keyed(second)]
  const order = [...after.keys()]
  let last = -1
  for (const key of before.keys()) {
    if (after.has(key)) last = order.indexOf(key)
    else order.splice(++last, 0, key)
  }
  return order.map((key) => pairOf(key, before.get(key), after.get(key)))
}

function pairOf(key: string, one: Part | undefined, other: Part | undefined): Pair {
  const state = !other ? 'gone' : !one ? 'new' : (one.text ?? '') === (other.text ?? '') ? 'same' : 'changed'
  const known = (other ?? one)!
  return { key, source: known.source, title: known.title ?? '', before: one?.text ?? '', after: other?.text ?? '', tokens: [one?.tokens ?? 0, other?.tokens ?? 0], state }
}
