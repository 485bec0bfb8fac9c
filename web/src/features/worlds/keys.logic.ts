export type KeyKind = 'plain' | 'expression' | 'broken'

const EXPRESSION = /^\/([\s\S]+)\/([gimsuy]*)$/
/** A slash inside the pattern that no backslash protects ends it, so the whole is no expression. */
const OPEN_SLASH = /(?<!\\)(?:\\\\)*\//

/** What a key is read as: an expression, plain text, or something between slashes that is neither and so only text. */
export function keyKind(key: string): KeyKind {
  const found = EXPRESSION.exec(key.trim())
  if (!found) return 'plain'
  const [, pattern = '', flags = ''] = found
  if (OPEN_SLASH.test(pattern)) return 'broken'
  return expressionOf(pattern, flags) ? 'expression' : 'broken'
}

function expressionOf(pattern: string, flags: string): RegExp | null {
  try {
    return new RegExp(pattern, flags)
  } catch {
    return null
  }
}

/** "a, b, /c,d/i" → three keys: a comma inside an expression is part of it. */
export function splitKeys(text: string): string[] {
  const keys: string[] = []
  let rest = text
  while (rest.trim()) {
    const found = /^\s*(\/(?:[^/\\]|\\.)+\/[gimsuy]*)\s*(?:[,，]|$)/.exec(rest) ?? /^([^,，]*)(?:[,，]|$)/.exec(rest)
    if (!found) break
    if (found[1]?.trim()) keys.push(found[1].trim())
    rest = rest.slice(found[0].length)
  }
  return keys
}

/** Keys and what was typed, each once; case matters only to expressions. */
export function withKeys(keys: readonly string[], typed: string): string[] {
  const all = [...keys]
  for (const key of splitKeys(typed)) if (!all.includes(key)) all.push(key)
  return all
}

export interface Stretch {
  text: string
  hit: boolean
}
/** Longer texts are shown without marks: the page must stay quick. */
const MARKED_LENGTH_MAX = 200_000
const HITS_MAX = 2_000

/** A text cut into stretches: those where one of the keys stands, and those between. Whole words are the server's to judge. */
export function marked(text: string, keys: readonly string[], caseSensitive = false): Stretch[] {
  const spans = text.length > MARKED_LENGTH_MAX ? [] : joined(keys.flatMap((key) => spansOf(text, key, caseSensitive)))
  const stretches: Stretch[] = []
  let at = 0
  for (const [from, to] of spans) {
    if (from > at) stretches.push({ text: text.slice(at, from), hit: false })
    stretches.push({ text: text.slice(from, to), hit: true })
    at = to
  }
  if (at < text.length) stretches.push({ text: text.slice(at), hit: false })
  return stretches
}

type Span = readonly [from: number, to: number]

function spansOf(text: string, key: string, caseSensitive: boolean): Span[] {
  if (keyKind(key) === 'expression') return spansOfExpression(text, key)
  const needle = key.trim()
  if (!needle) return []
  const escaped = needle.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  return found(text, new RegExp(escaped, caseSensitive ? 'g' : 'gi'))
}
function spansOfExpression(text: string, key: string): Span[] {
  const [, pattern = '', flags = ''] = EXPRESSION.exec(key.trim()) ?? []
  const search = expressionOf(pattern, [...new Set(`${flags.replace('y', '')}g`)].join(''))
  return search ? found(text, search) : []
}
function found(text: string, search: RegExp): Span[] {
  const spans: Span[] = []
  for (const match of text.matchAll(search)) {
    if (match[0]) spans.push([match.index, match.index + match[0].length])
    if (spans.length >= HITS_MAX) break
  }
  return spans
}
function joined(spans: Span[]): Span[] {
  const done: [number, number][] = []
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = done.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else done.push([from, to])
  }
  return done
}

/** The keys an account of waking names: "key: storm + dark" → storm, dark. */
export const keysOf = (why: string): string[] => (why.startsWith('key: ') ? why.slice('key: '.length).split(' + ') : [])
