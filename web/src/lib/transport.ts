import type { Transport } from '@sdk/streaming-client'
import { readonly, ref } from 'vue'
import { remember, remembered } from './storage'

/** Networks change: what was found out about this one holds for a day, then the best way is tried again. */
const HOLDS_MS = 24 * 3_600_000
const KEY = 'tavern.transport'

interface Found {
  way: Transport
  at: number
}

const way = ref<Transport>('sse')

/** The way that carried a line from this browser lately. */
export function knownTransport(): Transport {
  const found = remembered<Found | null>(KEY, null)
  return found && Date.now() - found.at < HOLDS_MS ? found.way : 'sse'
}

/** A line carries by this way. */
export function carriedBy(now: Transport): void {
  way.value = now
  const known = remembered<Found | null>(KEY, null)
  if (known?.way !== now) remember(KEY, { way: now, at: Date.now() } satisfies Found)
}

/** How the page hears its server right now. */
export const useTransport = () => readonly(way)
