import { expect, test } from 'vitest'
import { blankEntry, changedEntries, changeOf, contested, moved, rebased, rowsOf, type Draft } from './entries.logic'
import { loudFields, shownFields } from './fields.logic'
import { keyKind, keysOf, marked, splitKeys, withKeys } from './keys.logic'
import type { Entries, Entry } from './worlds.types'

const entry = (uid: number, more: Partial<Entry> = {}): Entry => ({ ...blankEntry({}), uid, displayIndex: uid, comment: `Entry ${uid}`, ...more })
const book = (...entries: Entry[]): Entries => Object.fromEntries(entries.map((one) => [String(one.uid), one]))
const draft = (entries: Entries, more: Partial<Draft> = {}): Draft => ({ name: 'Coast', description: '', entries, ...more })

test.each([
  ['storm', 'plain'], ['/storm/i', 'expression'], ['/a\\/b/', 'expression'], ['/a/b/', 'broken'], ['/(open/', 'broken'], ['/x/q', 'plain'], ['/x/gg', 'broken'], ['//', 'plain'],
])('the key %s is read as %s', (key, kind) => expect(keyKind(key)).toBe(kind))

test('a comma parts keys, but not inside an expression', () => {
  expect(splitKeys('storm, /a{1,2}/i，  gale ,')).toEqual(['storm', '/a{1,2}/i', 'gale'])
  expect(withKeys(['storm'], 'storm, sea')).toEqual(['storm', 'sea'])
})

test('the keys are marked where they stand, overlapping ones as one', () => {
  expect(marked('A storm, a Thunderstorm.', ['storm', 'thunderstorm']).filter(({ hit }) => hit).map(({ text }) => text)).toEqual(['storm', 'Thunderstorm'])
  expect(marked('one 12 two 345', ['/\\d+/']).filter(({ hit }) => hit).map(({ text }) => text)).toEqual(['12', '345'])
  expect(marked('a.b axb', ['a.b']).map(({ text }) => text).join('')).toBe('a.b axb')
  expect(keysOf('key: storm + dark')).toEqual(['storm', 'dark'])
  expect(keysOf('constant')).toEqual([])
})

test('a new entry has the next number and the last place', () => {
  const made = blankEntry(book(entry(3), entry(7, { displayIndex: 1 })))
  expect([made.uid, made.displayIndex, made.selective, made.probability]).toEqual([8, 4, true, 100])
})

test('entries are found by words, narrowed and ordered', () => {
  const all = book(entry(0, { key: ['gale'] }), entry(1, { disable: true }), entry(2, { order: 900 }))
  const ids = (given: Partial<Parameters<typeof rowsOf>[1]>) => rowsOf(all, { q: '', filter: 'all', sort: 'book', ...given }).map(({ id }) => id)
  expect(ids({ q: 'GALE' })).toEqual(['0'])
  expect(ids({ filter: 'off' })).toEqual(['1'])
  expect(ids({ sort: 'order' })[0]).toBe('2')
})

test('moving an entry changes the places between, and nothing else', () => {
  const all = book(entry(0), entry(1), entry(2), entry(3))
  const after = moved(all, '2', -2)
  expect(rowsOf(after, { q: '', filter: 'all', sort: 'book' }).map(({ id }) => id)).toEqual(['2', '0', '1', '3'])
  expect(changedEntries(all, after)).toEqual(['0', '1', '2'])
  expect(moved(all, '0', -1)).toBe(all)
})

test('a change holds only what is new, and null for what is gone', () => {
  const base = draft(book(entry(0), entry(1)))
  const edited = { ...base.entries['0']!, content: 'Rain.' }
  expect(changeOf(base, draft({ 0: edited }, { name: ' Shore ' }))).toEqual({ name: 'Shore', entries: { 0: edited, 1: null } })
  expect(changeOf(base, draft(structuredClone(base.entries)))).toEqual({})
})

test('what only one side touched is joined, what both touched is asked about', () => {
  const base = draft(book(entry(0), entry(1), entry(2)))
  const mine = draft({ ...base.entries, 0: entry(0, { content: 'mine' }), 1: entry(1, { content: 'mine' }) })
  const theirs = draft({ 0: entry(0), 1: entry(1, { content: 'theirs' }), 3: entry(3) }, { name: 'Renamed' })
  expect(contested({ base, mine, theirs })).toEqual(['#1'])
  const joined = rebased({ base, mine, theirs })
  expect(joined.name).toBe('Renamed')
  expect(Object.fromEntries(Object.entries(joined.entries).map(([id, one]) => [id, one.content]))).toEqual({ 0: 'mine', 1: 'mine', 3: '' })
})

test('fields that say what is usual are quiet, and those of another place are not shown', () => {
  expect(loudFields('wakes', entry(0))).toEqual([])
  expect(loudFields('wakes', entry(0, { scanDepth: 0, constant: true, caseSensitive: false }))).toEqual(['constant', 'scanDepth', 'caseSensitive'])
  expect(loudFields('timing', entry(0, { sticky: 0 }))).toEqual([])
  expect(loudFields('often', entry(0, { probability: 50 }))).toEqual(['probability'])
  expect(shownFields('goes', entry(0)).map(({ name }) => name)).not.toContain('depth')
  expect(shownFields('goes', entry(0, { position: 4 })).map(({ name }) => name)).toContain('depth')
})
