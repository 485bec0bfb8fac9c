import type { Component } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import type { Command } from '@/lib/commands'
import { fits } from './fuzzy.logic'
import { placeOf } from './hits.logic'
import type { Recent } from './palette'
import type { Hit, Part } from './search.api'

export type GroupName = 'recent' | 'character' | 'conversation' | 'place' | 'setting' | 'action' | 'message' | 'more'
export interface Row {
  key: string
  group: GroupName
  label: string
  detail?: string
  parts?: Part[]
  icon?: Component
  /** A face before the name; null: the character has no picture. */
  avatar?: string | null
  hint?: string
  words?: string
  quiet?: boolean
  to?: RouteLocationRaw
  run?: () => unknown
}
/** The character of a row, also of one that was opened lately. */
export const characterOf = ({ key }: Row): string | null => /^character:(.+)$/.exec(key)?.[1] ?? null

export interface Group {
  name: GroupName
  rows: Row[]
}

const shownOf: Record<GroupName, number> = { recent: 6, character: 6, conversation: 6, place: 6, setting: 5, action: 8, message: 6, more: 1 }
const idle: readonly GroupName[] = ['recent', 'action', 'conversation', 'place']
const byServer = 20

export const rowOfCommand = ({ id, ...rest }: Command): Row => ({ key: id, ...rest })

export const rowOfHit = (hit: Hit): Row => ({
  key: `${hit.kind}:${hit.id}`,
  group: hit.kind,
  label: hit.title,
  detail: hit.kind === 'message' ? hit.name ?? '' : hit.kind === 'conversation' ? hit.character_name ?? '' : '',
  parts: hit.kind === 'conversation' ? undefined : hit.snippet,
  avatar: hit.avatar_url ?? null,
  to: placeOf(hit),
})

/** Before anything is typed: what was used last, then what is near. */
export function offered(rows: readonly Row[], recent: readonly Recent[]): Group[] {
  const known = new Map(rows.map((row) => [row.key, row]))
  const last = recent.flatMap((one): Row[] => {
    const now = known.get(one.key)
    if (now) return [{ ...now, group: 'recent' }]
    return one.to && one.label ? [{ key: one.key, group: 'recent', label: one.label, detail: one.detail, avatar: one.avatar, to: one.to }] : []
  }).slice(0, shownOf.recent)
  const taken = new Set(last.map((row) => row.key))
  return grouped([...last, ...rows.filter((row) => !row.quiet && !taken.has(row.key))]).filter((group) => idle.includes(group.name))
    .sort((one, other) => idle.indexOf(one.name) - idle.indexOf(other.name))
}

/** What fits: known rows by their names, what the server found after them; the group with the best row first. */
export function matching(typed: string, rows: readonly Row[], hits: readonly Row[], recent: readonly Recent[]): Group[] {
  const lately = new Map(recent.map((one, place) => [one.key, 15 - place]))
  const score = new Map<string, number>()
  const fitting: Row[] = []
  for (const row of rows) {
    const one = Math.max(fits(typed, row.label), 0.8 * fits(typed, `${row.label} ${row.detail ?? ''} ${row.words ?? ''}`))
    if (one <= 0 || score.has(row.key)) continue
    score.set(row.key, one + (lately.get(row.key) ?? 0))
    fitting.push(row)
  }
  fitting.sort((one, other) => score.get(other.key)! - score.get(one.key)!)
  const found = hits.filter((hit) => !score.has(hit.key))
  for (const hit of found) score.set(hit.key, hit.group === 'message' ? 0 : Math.max(byServer, fits(typed, hit.label)))
  const groups = grouped([...fitting, ...found])
  return groups.sort((one, other) => score.get(other.rows[0]!.key)! - score.get(one.rows[0]!.key)!)
}

function grouped(rows: readonly Row[]): Group[] {
  const groups = new Map<GroupName, Row[]>()
  for (const row of rows) {
    const own = groups.get(row.group) ?? []
    if (own.length < shownOf[row.group]) own.push(row)
    groups.set(row.group, own)
  }
  return [...groups].map(([name, own]) => ({ name, rows: own }))
}
