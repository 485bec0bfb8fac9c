import { useI18n } from 'vue-i18n'
import type { Message, PlanPart } from '../chat.types'
import { slugOf, titleOf } from '../why.logic'

/** What a prompt's parts are called in the reader's language; what a preset or a lorebook calls its own stays. */
export function usePartTitle() {
  const { t, te } = useI18n()
  const word = (source: string): string => (te(`chat.source.${source}`) ? t(`chat.source.${source}`) : source)
  return (part: Pick<PlanPart, 'title' | 'source'>): string => {
    const title = titleOf(part, word)
    const { name, n } = slugOf(title)
    return title === part.title && part.source !== 'lore' && te(`chat.part.${name}`) ? t(`chat.part.${name}`, { n }) : title
  }
}

/** Who was asked before the one that answered, and why they did not: "Home (too slow)". */
export function useAskedBefore() {
  const { t, te } = useI18n()
  const reason = (code: string): string => (te(`chat.fallback_code.${code}`) ? t(`chat.fallback_code.${code}`) : code)
  return (fallbacks: Message['fallbacks'] | null): string => (fallbacks ?? []).map((one) => `${one.connection} (${reason(one.code)})`).join(', ')
}
