import type { Candidate, GroupChange, Member } from './groups.api'

/** The members as the server is told them: who is gone is known by name. */
export const told = (members: readonly Member[]): GroupChange['members'] =>
  members.map(({ character_id, name, is_muted }) => (character_id ? { character_id, is_muted } : { name, is_muted }))

/** What tells one member from another, whether the character is there or gone. */
export const keyOf = (member: Pick<Member, 'character_id' | 'name'>): string => member.character_id ?? `gone ${member.name}`

/** The same list with one of them further up (-1) or down (1); at an end it stays as it is. */
export function moved(members: readonly Member[], key: string, by: number): Member[] {
  const from = members.findIndex((one) => keyOf(one) === key)
  const to = Math.min(Math.max(from + by, 0), members.length - 1)
  if (from < 0 || from === to) return [...members]
  const rest = members.toSpliced(from, 1)
  return rest.toSpliced(to, 0, members[from]!)
}

export const muted = (members: readonly Member[], key: string, on: boolean): Member[] =>
  members.map((one) => (keyOf(one) === key ? { ...one, is_muted: on } : one))

export const without = (members: readonly Member[], key: string): Member[] => members.filter((one) => keyOf(one) !== key)

export function joined(members: readonly Member[], characters: readonly Candidate[]): Member[] {
  const known = new Set(members.map(keyOf))
  const fresh = characters.filter(({ id }) => !known.has(id))
  return [...members, ...fresh.map(({ id, name, avatar_url }) => ({ character_id: id, name, avatar_url, is_muted: false }))]
}
