import { usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, watchEffect } from 'vue'
import { languageOf, type Language } from './i18n'
import { remember, remembered } from './storage'

export type Theme = 'light' | 'dark' | 'system'
export const themes: readonly Theme[] = ['light', 'dark', 'system']
export const readSizeDefault = 17
export const readSizeMin = 15
export const readSizeMax = 22

interface Kept {
  theme?: Theme
  language?: Language
  readSize?: number
}

/** boot/boot.js reads this key before the first paint. */
const key = 'tavern.look'
const barColour = { dark: '#15110e', light: '#faf8f5' }

/** How the app looks on this device: theme, language, size of the story's text. */
export const useLook = defineStore('look', () => {
  const kept = remembered<Kept>(key, {})
  const theme = ref<Theme>(kept.theme ?? 'system')
  const language = ref<Language>(kept.language ?? languageOf(navigator.language))
  const readSize = ref(kept.readSize ?? readSizeDefault)
  const prefersDark = usePreferredDark()
  const dark = computed(() => (theme.value === 'system' ? prefersDark.value : theme.value === 'dark'))

  watchEffect(() => {
    const root = document.documentElement
    root.classList.toggle('dark', dark.value)
    root.lang = language.value
    root.style.setProperty('--read-size', `${readSize.value / 16}rem`)
    document.querySelector('meta[name=theme-color]')?.setAttribute('content', dark.value ? barColour.dark : barColour.light)
  })
  const keep = (): void => remember(key, { theme: theme.value, language: language.value, readSize: readSize.value })

  return {
    theme, language, readSize, dark,
    setTheme: (value: Theme) => { theme.value = value; keep() },
    setLanguage: (value: Language) => { language.value = value; keep() },
    setReadSize: (value: number) => { readSize.value = Math.min(readSizeMax, Math.max(readSizeMin, value)); keep() },
  }
})
