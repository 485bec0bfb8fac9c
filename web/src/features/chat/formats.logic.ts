/** Formats of dates, made once for a language: making one costs more than all it will ever format. */
const kept = new Map<string, Intl.DateTimeFormat>()

function format(locale: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${name}`
  const known = kept.get(key) ?? new Intl.DateTimeFormat(locale, options)
  kept.set(key, known)
  return known
}

const hour = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
export const hourFormat = (locale: string) => format(locale, 'hour', hour)
export const dayHourFormat = (locale: string) => format(locale, 'day hour', { ...hour, day: 'numeric', month: 'short' })
export const dayFormat = (locale: string) => format(locale, 'day', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
export const monthFormat = (locale: string) => format(locale, 'month', { month: 'long', year: 'numeric', timeZone: 'UTC' })
export const plainDayFormat = (locale: string) => format(locale, 'plain day', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
export const weekdayFormat = (locale: string) => format(locale, 'weekday', { weekday: 'narrow', timeZone: 'UTC' })
