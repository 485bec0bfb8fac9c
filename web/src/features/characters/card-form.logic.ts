import type { Card, Character } from '@/api/shapes'

/** The texts of a card that the editor shows, grouped as people think of them. */
export const sections = [
  { name: 'who', fields: ['description', 'personality', 'scenario'] },
  { name: 'speech', fields: ['mes_example'] },
  { name: 'instructions', fields: ['system_prompt', 'post_history_instructions'] },
] as const satisfies readonly { name: string; fields: readonly (keyof Card)[] }[]

const texts = [
  'name', 'nickname', 'description', 'personality', 'scenario', 'first_mes', 'mes_example', 'system_prompt',
  'post_history_instructions', 'creator', 'creator_notes', 'character_version',
] as const
const lists = ['alternate_greetings', 'tags'] as const

export type TextField = (typeof texts)[number]
export type CardForm = Record<TextField, string> & Record<(typeof lists)[number], string[]>

/** The editor's copy of a card: every field there, none shared with the original. */
export function formOf(character: Pick<Character, 'card' | 'tags'>): CardForm {
  const { card } = character
  const form = Object.fromEntries(texts.map((field) => [field, card[field] ?? '']))
  return { ...form, alternate_greetings: [...(card.alternate_greetings ?? [])], tags: [...character.tags] } as CardForm
}

/** Names of the fields in which two copies differ. */
export function changedFields(before: CardForm, after: CardForm): (keyof CardForm)[] {
  return [...texts, ...lists].filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
}

export interface CardChangeBody {
  card?: Partial<Card>
  tags?: string[]
}

/** What to send: only the fields the writer touched, so that a change made elsewhere to another field survives. */
export function changeOf(before: CardForm, after: CardForm): CardChangeBody {
  const changed = changedFields(before, after)
  const card = Object.fromEntries(changed.filter((field) => field !== 'tags').map((field) => [field, cleaned(field, after)]))
  return {
    ...(Object.keys(card).length ? { card: card as Partial<Card> } : {}),
    ...(changed.includes('tags') ? { tags: after.tags } : {}),
  }
}

function cleaned(field: keyof CardForm, form: CardForm): string | string[] {
  if (field === 'alternate_greetings') return form.alternate_greetings.filter((greeting) => greeting.trim())
  return field === 'name' ? form.name.trim() : form[field]
}

/** Fields that both sides changed since they parted: only these force a choice. */
export function contested({ base, mine, theirs }: { base: CardForm; mine: CardForm; theirs: CardForm }): (keyof CardForm)[] {
  const theirsChanged = changedFields(base, theirs)
  return changedFields(base, mine).filter((field) => theirsChanged.includes(field) && changedFields(mine, theirs).includes(field))
}

/** Lay my changes over their card: what I did not touch is theirs. */
export function rebased({ base, mine, theirs }: { base: CardForm; mine: CardForm; theirs: CardForm }): CardForm {
  const touched = Object.fromEntries(changedFields(base, mine).map((field) => [field, mine[field]]))
  return { ...theirs, ...touched }
}
