import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { accents, barOf, themeNames, themeTone, type ThemeName } from '@/lib/themes'
import { contrast, contrastHex, hex, resolved, tokens, type Tokens } from './contrast'

const css = ['tokens', 'themes'].map((name) => readFileSync(`src/styles/${name}.css`, 'utf8')).join('\n')
const styles = readFileSync('src/styles/chat-styles.css', 'utf8')
const AA = 4.5
const SHAPES = 3

const selectorsOf = (name: ThemeName, dark: boolean): Set<string> =>
  new Set([':root', ...(dark ? ['.dark'] : []), `[data-theme=${name}]`, ...(dark ? [`[data-theme=${name}].dark`] : [])])

function wearing(name: ThemeName, dark: boolean, accent: string): Tokens {
  const own = selectorsOf(name, dark)
  return tokens(css, (selector) => own.has(selector) || selector === `[data-accent=${accent}]`)
}
const worn = themeNames.flatMap((name) => (themeTone[name] === 'system' ? [false, true] : [themeTone[name] === 'dark']).map((dark) => ({ name, dark })))
const cases = worn.flatMap(({ name, dark }) => accents.map((accent) => ({ name, dark, accent })))

const papers = ['paper-0', 'paper-1', 'paper-2']
const tones = ['ok', 'warn', 'bad', 'info']
/** Every text with every ground it stands on in the page. */
const pairs: [string, string][] = [
  ...['ink-1', 'ink-2', 'ink-3', 'ember', 'ember-ink', ...tones].flatMap((text) => papers.map((paper): [string, string] => [text, paper])),
  ...['ink-1', 'ink-2', 'ember-ink'].map((text): [string, string] => [text, 'ember-soft']),
  ...tones.flatMap((tone): [string, string][] => [[tone, `${tone}-soft`], ['ink-1', `${tone}-soft`]]),
  ['paper-1', 'ember'], ['paper-1', 'ember-ink'], ['paper-1', 'bad'],
]

test('contrast is counted as WCAG counts it', () => {
  expect(contrast('oklch(0 0 0)', 'oklch(1 0 0)')).toBeCloseTo(21, 1)
  expect(hex('oklch(.628 .2577 29.23)')).toBe('#ff0000')
})

test.each(cases)('$name (dark: $dark) with accent $accent reads well', ({ name, dark, accent }) => {
  const all = wearing(name, dark, accent)
  const ratios = pairs.map(([text, ground]) => ({ text, ground, ratio: contrast(resolved(all, text), resolved(all, ground)) }))
  expect(ratios.filter(({ ratio }) => ratio < AA)).toEqual([])
})

test.each(worn)('$name (dark: $dark) draws edges that are seen', ({ name, dark }) => {
  const all = wearing(name, dark, 'own')
  for (const paper of ['paper-0', 'paper-1']) expect(contrast(resolved(all, 'line-strong'), resolved(all, paper))).toBeGreaterThanOrEqual(SHAPES)
})

test.each([false, true])('high contrast (dark: %s) is twice as clear as asked', (dark) => {
  const all = wearing('contrast', dark, 'own')
  for (const text of ['ink-1', 'ink-2', 'ink-3', 'ember-ink']) for (const paper of papers) expect(contrast(resolved(all, text), resolved(all, paper))).toBeGreaterThanOrEqual(7)
})

test.each(worn)("the browser's bar has the canvas of $name (dark: $dark)", (one) => {
  expect(barOf(one)).toBe(hex(resolved(wearing(one.name, one.dark, 'own'), 'paper-1')))
})

/** What alpha makes of two colours: screens mix their bytes. */
function over(top: string, alpha: number, below: '#ffffff' | '#000000'): string {
  const [over, under] = [hex(top), below].map((one) => [1, 3, 5].map((at) => parseInt(one.slice(at, at + 2), 16)))
  return `#${over!.map((byte, at) => Math.round(byte * alpha + under![at]! * (1 - alpha)).toString(16).padStart(2, '0')).join('')}`
}

test.each(cases)('over any picture, $name (dark: $dark, $accent) stays readable', ({ name, dark, accent }) => {
  const all = wearing(name, dark, accent)
  const [veil, text] = ['veil', 'veil-text'].map((one) => parseFloat(tokens(styles, (selector) => selector === ':root')[one]!) / 100)
  const share = 1 - (1 - veil!) * (1 - text!)
  for (const picture of ['#ffffff', '#000000'] as const) {
    const ground = over(resolved(all, 'paper-1'), share, picture)
    for (const ink of ['ink-1', 'ink-2', 'ember-ink']) expect([ink, picture, contrastHex(hex(resolved(all, ink)), ground) >= AA]).toEqual([ink, picture, true])
  }
})
