import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { remember, remembered } from '@/lib/storage'

export const cards = ['meet', 'story', 'models', 'sillytavern'] as const
export type Card = (typeof cards)[number]
const key = 'tavern.tour'

/** Four cards after the first set-up; skipped for good with one press, and found again in the settings. */
export const useTour = defineStore('tour', () => {
  const at = ref<number | null>(remembered<number | null>(key, null))
  watch(at, (now) => remember(key, now))
  const go = (to: number): void => { at.value = to < cards.length ? Math.max(0, to) : null }
  return { at, begin: () => go(0), end: () => { at.value = null }, go }
})
