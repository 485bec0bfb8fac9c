import type { Book, BookChange, Entries, Entry } from './worlds.types'

/** What SillyTavern writes for a new entry. */
const BLANK: Omit<Entry, 'uid' | 'displayIndex'> = {
  key: [], keysecondary: [], comment: '', content: '', constant: false, vectorized: false, selective: true, selectiveLogic: 0, addMemo: true,
  order: 100, position: 0, depth: 4, role: 0, outletName: '', disable: false, ignoreBudget: false, excludeRecursion: false, preventRecursion: false,
  delayUntilRecursion: 0, matchPersonaDescription: false, matchCharacterDescription: false, matchCharacterPersonality: false, matchCharacterDepthPrompt: false,
  matchScenario: false, matchCreatorNotes: false, probability: 100, useProbability: true, group: '', groupOverride: false, groupWeight: 100, useGroupScoring: null,
  scanDepth: null, caseSensitive: null, matchWholeWords: null, sticky: null, cooldown: null, delay: null, automationId: '', triggers: [],
}

export function blankEntry(entries: Entries, given: Partial<Entry> = {}): Entry {
  const all = Object.values(entries)
  const next = (of: (entry: Entry) => number): number => all.reduce((most, entry) => Math.max(most, of(entry)), -1) + 1
  return { ...structuredClone(BLANK), ...given, uid: next((entry) => Number(entry.uid) || 0), displayIndex: next((entry) => placeOf(entry)) } as Entry
}
const placeOf = (entry: Entry): number => (typeof entry.displayIndex === 'number' ? entry.displayIndex : Number(entry.uid) || 0)

export const sorts = ['book', 'title', 'order', 'length'] as const
export type Sort = (typeof sorts)[number]
export const filters = ['all', 'on', 'off', 'constant'] as const
export type Filter = (typeof filters)[number]

const ORDERS: Record<Sort, (a: Entry, b: Entry) => number> = {
  book: (a, b) => placeOf(a) - placeOf(b) || Number(a.uid) - Number(b.uid),
  title: (a, b) => titleOf(a).localeCompare(titleOf(b)),
  order: (a, b) => b.order - a.order,
  length: (a, b) => b.content.length - a.content.length,
}
const FILTERS: Record<Filter, (entry: Entry) => boolean> = {
  all: () => true,
  on: (entry) => !entry.disable,
  off: (entry) => entry.disable,
  constant: (entry) => entry.constant,
}
export const titleOf = (entry: Entry): string => entry.comment?.trim() || entry.key?.[0] || ''

export interface Row {
  id: string
  entry: Entry
}
/** The entries to show: those that fit the words and the filter, in the order asked for. */
export function rowsOf(entries: Entries, { q, filter, sort }: { q: string; filter: Filter; sort: Sort }): Row[] {
  const needle = q.trim().toLowerCase()
  const fits = (entry: Entry): boolean => !needle || [entry.comment, entry.content, ...(entry.key ?? []), ...(entry.keysecondary ?? [])].some((text) => text?.toLowerCase().includes(needle))
  return Object.entries(entries)
    .map(([id, entry]) => ({ id, entry }))
    .filter(({ entry }) => FILTERS[filter](entry) && fits(entry))
    .sort((a, b) => ORDERS[sort](a.entry, b.entry))
}

/** The entries with one moved by so many places in the book's own order; only those whose place changes are new. */
export function moved(entries: Entries, id: string, by: number): Entries {
  const rows = rowsOf(entries, { q: '', filter: 'all', sort: 'book' })
  const from = rows.findIndex((row) => row.id === id)
  const to = Math.min(rows.length - 1, Math.max(0, from + by))
  if (from < 0 || from === to) return entries
  rows.splice(to, 0, ...rows.splice(from, 1))
  const next = { ...entries }
  rows.forEach((row, index) => { if (row.entry.displayIndex !== index) next[row.id] = { ...row.entry, displayIndex: index } })
  return next
}

/** A book as it is being written. */
export interface Draft {
  name: string
  description: string
  entries: Entries
}
export const draftOf = (book: Book): Draft => ({ name: book.name, description: book.description ?? '', entries: book.entries })

const same = (one: unknown, other: unknown): boolean => one === other || JSON.stringify(one) === JSON.stringify(other)

/** Entries that differ, by id. */
export function changedEntries(before: Entries, after: Entries): string[] {
  if (before === after) return []
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((id) => !same(before[id], after[id]))
}

/** Only what the writer changed: one change of the book. */
export function changeOf(base: Draft, mine: Draft): BookChange {
  const change: BookChange = {}
  if (base.name !== mine.name) change.name = mine.name.trim()
  if (base.description !== mine.description) change.description = mine.description
  const ids = changedEntries(base.entries, mine.entries)
  if (ids.length) change.entries = Object.fromEntries(ids.map((id) => [id, mine.entries[id] ?? null]))
  return change
}
export const isEmpty = (change: object): boolean => Object.keys(change).length === 0

interface Sides { base: Draft; mine: Draft; theirs: Draft }
const heads = ['name', 'description'] as const

/** What both sides changed, and not to the same: fields by name, entries by their id with a hash before it. */
export function contested({ base, mine, theirs }: Sides): string[] {
  const clashes = (from: unknown, one: unknown, other: unknown): boolean => !same(from, one) && !same(from, other) && !same(one, other)
  const fields = heads.filter((field) => clashes(base[field], mine[field], theirs[field]))
  const ids = changedEntries(base.entries, mine.entries).filter((id) => clashes(base.entries[id], mine.entries[id], theirs.entries[id]))
  return [...fields, ...ids.map((id) => `#${id}`)]
}

/** Mine on top of theirs: what only they changed comes in. */
export function rebased({ base, mine, theirs }: Sides): Draft {
  const entries: Record<string, Entry> = { ...theirs.entries }
  for (const id of changedEntries(base.entries, mine.entries)) {
    const own = mine.entries[id]
    if (own) entries[id] = own
    else delete entries[id]
  }
  const pick = (field: (typeof heads)[number]): string => (base[field] === mine[field] ? theirs[field] : mine[field])
  return { name: pick('name'), description: pick('description'), entries }
}
