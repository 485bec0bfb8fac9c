const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** A size as people read it: "1.4 GB". */
export function bytes(size: number, locale: string): string {
  const step = size < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3))
  return new Intl.NumberFormat(locale, { style: 'unit', unit: units[step]!, unitDisplay: step ? 'short' : 'long', maximumFractionDigits: step > 1 ? 1 : 0 }).format(size / 1000 ** step)
}

/** The hours of a day in the reader's language, by their number. */
export const hours = (locale: string): { value: string; label: string }[] =>
  Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(new Date(2026, 0, 1, hour)) }))
