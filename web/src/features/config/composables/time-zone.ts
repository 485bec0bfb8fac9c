import { watch, type Ref } from 'vue'
import { remember, remembered } from '@/lib/storage'
import { commit, readEffective } from '../config.api'

const path = '/macros/time_zone'
const key = 'tavern.time_zone.set'
const me = { type: 'user' } as const
/** Names of the one zone that needs no setting. */
const greenwich = ['', 'UTC', 'Etc/UTC', 'GMT', 'Etc/GMT']
/** Nothing waits for it: the page is long painted when the account is asked. */
const ASK_AFTER_MS = 3_000

/** The zone to tell the server of; nothing when it knows, or when somebody chose one. `setHere`: what this device said last. */
export function zoneToTell(told: string, here: string, setHere: string): string | null {
  if (here === told || (greenwich.includes(told) && greenwich.includes(here))) return null
  return told === '' || told === setHere ? here : null
}

/** Let macros of time and date follow this device's clock, until somebody chooses a zone. */
export async function tellTimeZone(here = Intl.DateTimeFormat().resolvedOptions().timeZone ?? ''): Promise<void> {
  const told = await readEffective(me).catch(() => null)
  if (!told) return
  const zone = zoneToTell(String(told.values[path] ?? ''), here, remembered(key, ''))
  if (zone === null) return
  await commit(me, [{ op: 'set', path, value: zone }]).catch(() => null)
  remember(key, zone)
}

export function useTimeZone(inside: Readonly<Ref<boolean>>): void {
  watch(inside, (now, _before, cleanUp) => {
    if (!now) return
    const timer = setTimeout(() => void tellTimeZone(), ASK_AFTER_MS)
    cleanUp(() => clearTimeout(timer))
  }, { immediate: true })
}
