import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, before = ''): Record<string, string> {
  return Object.assign({}, ...Object.entries(tree).map(([key, value]) => (typeof value === 'string' ? { [before + key]: value } : flat(value, `${before}${key}.`)))) as Record<string, string>
}
const areas = readdirSync('src/locales/en').filter((name) => name.endsWith('.json'))
const messages = (language: string, area: string) => flat(JSON.parse(readFileSync(join('src/locales', language, area), 'utf8')) as Tree, `${area.slice(0, -5)}.`)
const placeholders = (text: string) => [...new Set(text.replaceAll(/\{'.*?'\}/g, '').match(/\{\w+\}/g))].sort()

test.each(areas)('%s says the same things in both languages', (area) => {
  const [en, zh] = [messages('en', area), messages('zh-CN', area)]
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
  for (const [key, text] of Object.entries(en)) expect([key, placeholders(zh[key]!)]).toEqual([key, placeholders(text)])
})

test('every message that the code names exists', () => {
  const known = new Set(areas.flatMap((area) => Object.keys(messages('en', area))))
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.test)\.(vue|ts)$/.test(name) && !name.includes('.test.'))
  const named = sources.flatMap((name) => [...readFileSync(join('src', name), 'utf8').matchAll(/\bt\('([\w.-]+)'/g)].map((match) => match[1]!))
  expect(named.filter((key) => !known.has(key))).toEqual([])
})
