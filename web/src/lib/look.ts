import { useMediaQuery, usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, reactive, toRefs, watch, watchEffect } from 'vue'
import { languageOf, type Language } from './i18n'
import { remember, remembered } from './storage'
import { accents, barOf, chatStyles, densities, faces, motions, scales, themes, worn, type Accent, type ChatStyle, type Density, type Face, type Motion, type Scale, type Theme } from './themes'

export { themes, type Theme } from './themes'
export const readSizeDefault = 17
export const readSizeMin = 15
export const readSizeMax = 22

export interface Look {
  theme: Theme
  accent: Accent
  density: Density
  face: Face
  scale: Scale
  motion: Motion
  chat: ChatStyle
  readSize: number
  language: Language
}

/** boot/boot.js reads this key before the first paint. */
const key = 'tavern.look'
const among = <T>(all: readonly T[], given: unknown, fallback: T): T => (all.includes(given as T) ? (given as T) : fallback)
const sizeOf = (given: unknown): number =>
  typeof given === 'number' && Number.isFinite(given) ? Math.min(readSizeMax, Math.max(readSizeMin, given)) : readSizeDefault

/** Whatever was kept, by any version of the page, as a look that exists. */
export function lookOf(kept: Partial<Record<keyof Look, unknown>>): Look {
  return {
    theme: among(themes, kept.theme, 'system'),
    accent: among(accents, kept.accent, 'own'),
    density: among(densities, kept.density, 'cosy'),
    face: among(faces, kept.face, 'serif'),
    scale: among(scales, kept.scale, 100),
    motion: among(motions, kept.motion, 'system'),
    chat: among(chatStyles, kept.chat, 'flat'),
    readSize: sizeOf(kept.readSize),
    language: kept.language === 'en' || kept.language === 'zh-CN' ? kept.language : languageOf(navigator.language),
  }
}

/** How the app looks on this device. A change is seen at once and kept. */
export const useLook = defineStore('look', () => {
  const look = reactive(lookOf(remembered<Partial<Look>>(key, {})))
  const prefersDark = usePreferredDark()
  const prefersContrast = useMediaQuery('(prefers-contrast: more)')
  const now = computed(() => worn(look.theme, { dark: prefersDark.value, contrast: prefersContrast.value }))

  watchEffect(() => paint(document.documentElement, look, now.value))
  watch(look, () => remember(key, { ...look }))

  return {
    ...toRefs(look),
    dark: computed(() => now.value.dark),
    worn: computed(() => now.value.name),
    change: (part: Partial<Look>) => void Object.assign(look, lookOf({ ...look, ...part })),
    setTheme: (value: Theme) => { look.theme = value },
    setLanguage: (value: Language) => { look.language = value },
    setReadSize: (value: number) => { look.readSize = sizeOf(value) },
  }
})

function paint(root: HTMLElement, look: Look, now: ReturnType<typeof worn>): void {
  root.classList.toggle('dark', now.dark)
  root.lang = look.language
  Object.assign(root.dataset, { theme: now.name, accent: look.accent, density: look.density, face: look.face, motion: look.motion })
  root.style.setProperty('--read-size', `${look.readSize / 16}rem`)
  root.style.fontSize = look.scale === 100 ? '' : `${look.scale}%`
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', barOf(now))
}
