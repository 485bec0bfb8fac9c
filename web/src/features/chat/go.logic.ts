import type { Message } from './chat.types'

/** Where `/go` leads. */
export type Goal = { kind: 'end' } | { kind: 'message'; id: string } | { kind: 'moment'; at: string } | { kind: 'words'; words: string }

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const DATE = /^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?$/
const DAYS_AGO: Readonly<Record<string, number>> = { today: 0, 今天: 0, yesterday: 1, 昨天: 1, 前天: 2 }
const ENDS = new Set(['last', 'end', '最后', '最新', '末尾'])
const BEGINNINGS = new Set(['first', 'start', '开头', '最早', '第一条'])

const startOfDay = (day: Date): string => new Date(day.getFullYear(), day.getMonth(), day.getDate()).toISOString()

/** Reads what was written after `/go`: an end, a message's id, a day, or words of a message. */
export function goalOf(written: string, now: Date): Goal {
  const word = written.trim().toLocaleLowerCase()
  if (ENDS.has(word)) return { kind: 'end' }
  if (BEGINNINGS.has(word)) return { kind: 'moment', at: new Date(0).toISOString() }
  if (ID.test(word)) return { kind: 'message', id: word }
  const ago = DAYS_AGO[word]
  if (ago !== undefined) return { kind: 'moment', at: startOfDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() - ago)) }
  return dayOf(word, now) ?? { kind: 'words', words: written.trim() }
}

/** A date without a year is the last one that has been. */
function dayOf(word: string, now: Date): Goal | null {
  const [, year, month, day] = DATE.exec(word) ?? []
  if (!month || !day) return null
  const given = new Date(Number(year ?? now.getFullYear()), Number(month) - 1, Number(day))
  if (given.getMonth() !== Number(month) - 1) return null
  if (!year && given > now) given.setFullYear(given.getFullYear() - 1)
  return { kind: 'moment', at: startOfDay(given) }
}

/** The newest of these that holds the words. */
export const holding = (messages: readonly Message[], words: string): Message | undefined =>
  messages.findLast((message) => message.text.toLocaleLowerCase().includes(words.toLocaleLowerCase()))
