import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Message } from '../chat.types'

const DIGITS_MAX = 6

/** What a reply took, in words: tokens and money as far as they are known. */
export function useMeter(message: MaybeRefOrGetter<Message>) {
  const { t, n, locale } = useI18n()

  const cost = computed(() => {
    const paid = toValue(message).cost
    if (!paid || !Number(paid.amount)) return ''
    try {
      return new Intl.NumberFormat(locale.value, { style: 'currency', currency: paid.currency, maximumSignificantDigits: 2, maximumFractionDigits: DIGITS_MAX }).format(Number(paid.amount))
    } catch {
      return `${paid.amount} ${paid.currency}`
    }
  })
  const written = computed(() => toValue(message).usage?.completion_tokens ?? toValue(message).tokens_out ?? 0)
  const tokens = computed(() => (written.value ? t('chat.tokens', { n: n(written.value) }, written.value) : ''))
  const line = computed(() => [toValue(message).model, tokens.value, cost.value].filter(Boolean).join(' · '))
  const detail = computed(() => {
    const usage = toValue(message).usage
    return usage ? t('chat.usage', { read: n(usage.prompt_tokens ?? 0), written: n(usage.completion_tokens ?? 0) }) : ''
  })
  return { line, brief: computed(() => [tokens.value, cost.value].filter(Boolean).join(' · ')), detail }
}
