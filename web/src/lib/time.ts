import { useNow } from '@vueuse/core'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A moment as lists show it: "now", "5m", "3h", weekday within a week, then the date. Times are RFC 3339. */
export function briefTime(at: string, now: number, { locale, justNow }: { locale: string; justNow: string }): string {
  const then = Date.parse(at)
  const ago = now - then
  if (ago < minute) return justNow
  if (ago < hour) return unit(Math.floor(ago / minute), 'minute', locale)
  if (ago < day) return unit(Math.floor(ago / hour), 'hour', locale)
  if (ago < 6 * day) return new Intl.DateTimeFormat(locale, { weekday: 'short' }).format(then)
  const sameYear = new Date(then).getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) }).format(then)
}

const unit = (value: number, name: 'minute' | 'hour', locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value)

/** The moment in full, for titles and details. */
export const fullTime = (at: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(Date.parse(at))

/** Times in the reader's language, brief ones moving with the clock. */
export function useTimes() {
  const { locale, t } = useI18n()
  const now = useNow({ interval: 30_000 })
  return {
    brief: computed(() => (at: string) => briefTime(at, now.value.getTime(), { locale: locale.value, justNow: t('common.just_now') })),
    full: (at: string): string => fullTime(at, locale.value),
  }
}
