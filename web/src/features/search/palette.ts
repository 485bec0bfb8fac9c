import { ref } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import { forget, remember, remembered } from '@/lib/storage'

/** The command palette: whether it is open, and what was chosen in it lately on this device. */
const open = ref(false)
const key = 'tavern.palette'
const recentMax = 12

/** A place with its name; of a command the id alone, since its name follows the language. */
export interface Recent {
  key: string
  label?: string
  detail?: string
  avatar?: string | null
  to?: RouteLocationRaw
}

export const recents = (): Recent[] => {
  const kept = remembered<unknown>(key, [])
  return Array.isArray(kept) ? kept.filter((one): one is Recent => typeof one?.key === 'string') : []
}
export const keepRecent = (one: Recent): void => remember(key, [one, ...recents().filter((other) => other.key !== one.key)].slice(0, recentMax))
/** The next person at this device must not see what the last one opened. */
export const forgetRecents = (): void => forget(key)

export const usePalette = () => ({ open, show: () => void (open.value = true) })
