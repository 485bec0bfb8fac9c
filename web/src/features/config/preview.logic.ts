import type { Value } from './config.types'

/** Ten words that could come next, the likeliest first; the third was used in the sentence before. */
export const shares: readonly number[] = [0.34, 0.21, 0.14, 0.09, 0.07, 0.05, 0.04, 0.03, 0.02, 0.01]
export const usedBefore = 2

type Knobs = Partial<Record<string, Value>>
type Step = (shares: number[], value: number, knobs: Knobs) => number[]

const total = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0)
export function normal(all: readonly number[]): number[] {
  const sum = total(all)
  return sum > 0 ? all.map((one) => one / sum) : [1, ...all.slice(1).map(() => 0)]
}
/** The places by likelihood, the likeliest first. */
const ranked = (all: readonly number[]): number[] => all.map((_, place) => place).sort((a, b) => all[b]! - all[a]!)
const keep = (all: number[], kept: (share: number, rank: number, place: number) => boolean): number[] => {
  const ranks = ranked(all)
  return normal(all.map((share, place) => (kept(share, ranks.indexOf(place), place) ? share : 0)))
}
/** Likeliest first until the share is reached; at least one stays. */
function nucleus(all: number[], share: number, order: readonly number[]): number[] {
  const kept = new Set<number>()
  let sum = 0
  for (const place of order) {
    if (sum >= share && kept.size) break
    kept.add(place)
    sum += all[place]!
  }
  return keep(all, (_share, _rank, place) => kept.has(place))
}
const sharpened = (all: number[], power: number): number[] => normal(all.map((share) => share ** power))
const number = (value: Value | undefined, otherwise: number): number => (typeof value === 'number' ? value : otherwise)
const used = (all: number[], change: (logit: number) => number): number[] =>
  normal(all.map((share, place) => (place === usedBefore && share > 0 ? Math.exp(change(Math.log(share))) : share)))

const steps: Record<string, Step> = {
  repetition_penalty: (all, value) => used(all, (logit) => logit * value),
  frequency_penalty: (all, value) => used(all, (logit) => logit - value),
  presence_penalty: (all, value) => used(all, (logit) => logit - value),
  smoothing_factor: (all, value) => {
    if (value <= 0) return all
    const top = Math.log(Math.max(...all))
    return normal(all.map((share) => (share > 0 ? Math.exp(-value * (Math.log(share) - top) ** 2) : 0)))
  },
  top_k: (all, value) => (value > 0 ? keep(all, (_share, rank) => rank < value) : all),
  top_a: (all, value) => keep(all, (share, rank) => rank === 0 || share >= value * Math.max(...all) ** 2),
  tfs: (all, value) => (value >= 1 ? all : nucleus(all, value, ranked(all))),
  typical_p: (all, value) => {
    if (value >= 1) return all
    const surprise = all.map((share) => (share > 0 ? -Math.log(share) : Infinity))
    const usual = all.reduce((sum, share) => sum + (share > 0 ? -share * Math.log(share) : 0), 0)
    return nucleus(all, value, all.map((_, place) => place).sort((a, b) => Math.abs(surprise[a]! - usual) - Math.abs(surprise[b]! - usual)))
  },
  top_p: (all, value) => (value >= 1 ? all : nucleus(all, value, ranked(all))),
  min_p: (all, value) => keep(all, (share, rank) => rank === 0 || share >= value * Math.max(...all)),
  temperature: (all, value) => (value <= 0.01 ? keep(all, (_share, rank) => rank === 0) : sharpened(all, 1 / value)),
  xtc_probability: (all, value, knobs) => {
    const threshold = number(knobs.xtc_threshold, 0.1)
    const above = ranked(all).filter((place) => all[place]! >= threshold)
    if (above.length < 2) return all
    const without = keep(all, (_share, _rank, place) => !above.includes(place) || place === above.at(-1))
    // What is excluded by chance is drawn as it comes out on average.
    return all.map((share, place) => share * (1 - value) + without[place]! * value)
  },
}
/** The knobs a picture can show, in the order in which they work here; servers differ a little. */
export const pictured: readonly string[] = Object.keys(steps)

/** How likely each of the words is under these values; those at null do nothing. Sums up to 1. */
export function likelihoods(knobs: Knobs): number[] {
  let all = normal(shares)
  for (const [name, step] of Object.entries(steps)) {
    const value = knobs[name]
    if (typeof value === 'number') all = normal(step(all, value, knobs))
  }
  return all
}
