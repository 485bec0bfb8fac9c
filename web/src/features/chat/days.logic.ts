import type { Day } from './log.types'

/** A month of days, as a calendar draws it: weeks of seven, `null` outside the month. */
export interface Month {
  /** `2026-11` */
  key: string
  weeks: (Cell | null)[][]
}
export interface Cell {
  /** `2026-11-21` */
  day: string
  number: number
  found: Day | null
  /** 0 to 3: how much was said, compared with the fullest day. */
  heat: number
}

const pad = (value: number): string => String(value).padStart(2, '0')

/** The months in which something was said, newest first. `firstDay`: 1 Monday … 7 Sunday. */
export function monthsOf(days: readonly Day[], firstDay: number): Month[] {
  const most = Math.max(1, ...days.map((one) => one.count))
  const known = new Map(days.map((one) => [one.day, one]))
  const keys = [...new Set(days.map((one) => one.day.slice(0, 7)))].sort().reverse()
  return keys.map((key) => ({ key, weeks: weeksOf(key, { known, most, firstDay }) }))
}

interface Known {
  known: ReadonlyMap<string, Day>
  most: number
  firstDay: number
}

function weeksOf(key: string, { known, most, firstDay }: Known): (Cell | null)[][] {
  const [year, month] = key.split('-').map(Number) as [number, number]
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const lead = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 7 - (firstDay % 7)) % 7
  const cells: (Cell | null)[] = Array.from({ length: lead }, () => null)
  for (let number = 1; number <= length; number += 1) {
    const day = `${key}-${pad(number)}`
    const found = known.get(day) ?? null
    cells.push({ day, number, found, heat: found ? Math.ceil((3 * found.count) / most) : 0 })
  }
  while (cells.length % 7) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(7 * week, 7 * week + 7))
}

/** The day a week begins with where this language is spoken. */
export function firstDayOf(locale: string): number {
  const known = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } }
  return known.getWeekInfo?.().firstDay ?? known.weekInfo?.firstDay ?? 1
}

/** Whether a new day begins with this message. */
export const isNewDay = (at: string, before: string | undefined): boolean =>
  before !== undefined && new Date(at).toDateString() !== new Date(before).toDateString()
