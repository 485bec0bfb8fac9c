/** Waiting before the next try: doubling, bounded, with half of it left to chance so that clients do not return together. */

export const RETRY_MS = 1000
export const RETRY_MS_MAX = 30_000

export function backoffMs(attempt: number, retryMs = RETRY_MS, random: () => number = Math.random): number {
  const ceiling = Math.min(RETRY_MS_MAX, retryMs * 2 ** Math.min(attempt, 10))
  return Math.round(ceiling / 2 + (ceiling / 2) * random())
}
