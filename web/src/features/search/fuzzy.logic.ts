/** How well what was typed fits a name: words in any order, their beginnings best, letters with gaps still. */

const marks = /\p{Mn}/gu
const gap = /[\s·—–_/.,:;|-]/

/** As the server compares: without case, width and accents. */
export const foldText = (text: string): string => text.normalize('NFKD').replace(marks, '').normalize('NFC').toLowerCase()

/** 0: no match; else greater is better. Every word typed must be there. */
export function fits(typed: string, text: string): number {
  const words = foldText(typed).split(/\s+/).filter(Boolean)
  const target = foldText(text)
  if (!words.length) return 0
  let sum = 0
  for (const word of words) {
    const one = wordFits(word, target)
    if (!one) return 0
    sum += one
  }
  // Of two equal ones the shorter name is closer to what was meant.
  return sum / words.length - Math.min(target.length, 60) / 100
}

function wordFits(word: string, text: string): number {
  const at = text.indexOf(word)
  if (at === 0) return word.length === text.length ? 120 : 100
  for (let next = at; next >= 0; next = text.indexOf(word, next + 1)) if (gap.test(text[next - 1]!)) return 80
  if (at > 0) return 60
  return word.length > 1 ? scattered(word, text) : 0
}

/** Letters in order with others between: better the fewer gaps, and only when it begins where a word does. */
function scattered(word: string, text: string): number {
  let at = -1
  let gaps = 0
  for (const letter of word) {
    const next = text.indexOf(letter, at + 1)
    if (next < 0) return 0
    if (at < 0 && next > 0 && !gap.test(text[next - 1]!)) return 0
    if (at >= 0 && next > at + 1) gaps += gap.test(text[next - 1]!) ? 0.5 : 1
    at = next
  }
  return gaps > word.length / 2 + 1 ? 0 : Math.max(1, 40 - 8 * gaps)
}
