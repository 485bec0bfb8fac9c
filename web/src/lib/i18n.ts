import { createI18n } from 'vue-i18n'

export const languages = { en: 'English', 'zh-CN': '简体中文' } as const
export type Language = keyof typeof languages

/** The language we speak that is nearest to a browser's tag. */
export const languageOf = (tag: string): Language => (/^zh\b/i.test(tag) ? 'zh-CN' : 'en')

const sources = {
  en: () => import('@/locales/en'),
  'zh-CN': () => import('@/locales/zh-CN'),
} satisfies Record<Language, () => Promise<{ default: object }>>

export const i18n = createI18n({ legacy: false, locale: 'en', missingWarn: false, fallbackWarn: false, messages: {} })

const ready = new Set<Language>()

/** Load a language once and speak it. */
export async function speak(language: Language): Promise<void> {
  if (!ready.has(language)) {
    i18n.global.setLocaleMessage(language, (await sources[language]()).default)
    ready.add(language)
  }
  ;(i18n.global.locale as { value: string }).value = language
}
