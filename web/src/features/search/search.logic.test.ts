import { expect, test } from 'vitest'
import { fits } from './fuzzy.logic'
import { dayStart, placeOf } from './hits.logic'
import { matching, offered, type Row } from './palette.logic'

const row = (key: string, label: string, more: Partial<Row> = {}): Row => ({ key, label, group: 'character', ...more })
const keysOf = (groups: { rows: Row[] }[]): string[] => groups.flatMap((group) => group.rows.map((one) => one.key))

test.each([
  ['the whole name before its beginning', 'aria', 'Aria', 'Aria Moon'],
  ['a beginning before a later word', 'moon', 'Moon Keeper', 'Aria Moon'],
  ['a later word before the middle of one', 'moon', 'Aria Moon', 'Honeymooner'],
  ['the middle of a word before scattered letters', 'ght', 'Light', 'Great heath tower'],
  ['the shorter of two equals', 'lamp', 'Lamp lit', 'Lamp lit in the evening'],
])('%s', (_, typed, better, worse) => expect(fits(typed, better)).toBeGreaterThan(fits(typed, worse)))

test.each([
  ['cafe', 'Café'], ['ＡＢＣ', 'abc'], ['酒馆', '深夜酒馆'], ['月', '酒馆月光'], ['moon aria', 'Aria Moon'], ['setapp', 'Settings · Appearance'], ['thdk', 'Theme: Dark'],
])('%s finds %s', (typed, text) => expect(fits(typed, text)).toBeGreaterThan(0))

test.each([['lamp', 'Aria'], ['aria sun', 'Aria Moon'], ['z', 'Aria'], ['', 'Aria'], ['xaria', 'Aria'], ['馆酒', '酒馆']])('%s does not find %s', (typed, text) => {
  expect(fits(typed, text)).toBe(0)
})

test('before anything is typed, what was used last stands first, once, by its name of today', () => {
  const rows = [row('theme:dark', 'Theme: Dark', { group: 'action' }), row('conversation:1', 'Storm', { group: 'conversation' }), row('character:9', 'Aria')]
  const groups = offered(rows, [{ key: 'theme:dark' }, { key: 'character:gone', label: 'Old', to: '/x' }, { key: 'unknown' }])
  expect(groups.map((group) => group.name)).toEqual(['recent', 'conversation'])
  expect(groups[0]!.rows.map((one) => one.label)).toEqual(['Theme: Dark', 'Old'])
})

test('the group with the best row leads, what is told twice stands once, messages come last', () => {
  const rows = [row('character:1', 'Dark Elf'), row('theme:dark', 'Theme: Dark', { group: 'action' })]
  const hits = [row('character:1', 'Dark Elf', { parts: [] }), row('character:2', 'Aria'), row('message:3', 'Storm', { group: 'message' })]
  expect(keysOf(matching('dark', rows, hits, []))).toEqual(['character:1', 'character:2', 'theme:dark', 'message:3'])
  expect(matching('theme', rows, hits, [])[0]!.name).toBe('action')
})

test('of equals the one used lately leads', () => {
  const rows = [row('1', 'Aria One'), row('2', 'Aria Two')]
  expect(keysOf(matching('aria', rows, [], [{ key: '2' }]))).toEqual(['2', '1'])
})

test('a hit opens where it stands', () => {
  expect(placeOf({ kind: 'message', id: 'm', conversation_id: 'c' })).toEqual({ name: 'message', params: { conversationId: 'c', messageId: 'm' } })
  expect(placeOf({ kind: 'conversation', id: 'c', conversation_id: 'c' })).toEqual({ name: 'chat', params: { conversationId: 'c' } })
  expect(placeOf({ kind: 'character', id: 'a', conversation_id: null })).toEqual({ name: 'character', params: { id: 'a' } })
})

test('a day begins at midnight here, and nonsense is no day', () => {
  expect(new Date(dayStart('2026-11-21')!).getHours()).toBe(0)
  expect(Date.parse(dayStart('2026-11-21', 1)!) - Date.parse(dayStart('2026-11-21')!)).toBe(86_400_000)
  expect(dayStart('soon')).toBeUndefined()
  expect(dayStart('')).toBeUndefined()
})
