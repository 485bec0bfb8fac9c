import type { Character } from '@/api/shapes'
import { api, body } from '@/lib/api'

const at = (id: string) => ({ params: { path: { character_id: id } } })
/** The document leaves a card open, for what other apps put into it. */
const carded = (answer: Promise<{ card: object }>): Promise<Character> => answer as Promise<Character>

export function changeBackground(id: string, file: File): Promise<Character> {
  const form = new FormData()
  form.append('file', file)
  return carded(body(api.PUT('/api/characters/{character_id}/background', { ...at(id), body: form as never })))
}

export const removeBackground = (id: string): Promise<Character> => carded(body(api.DELETE('/api/characters/{character_id}/background', at(id))))

export interface SharedLook {
  /** When it was shared, in ms. */
  at: number
  look: Record<string, unknown>
}
const PATH = '/look/every_device'

export async function keepForAll(look: SharedLook): Promise<void> {
  await api.POST('/api/config/revisions', { body: { scope: { type: 'user' }, ops: [{ op: 'set', path: PATH, value: JSON.stringify(look) }] } })
}

export async function keptForAll(): Promise<SharedLook | null> {
  const { values } = await body(api.GET('/api/config/effective', {}))
  const text = (values as Record<string, unknown>)[PATH]
  if (typeof text !== 'string' || !text) return null
  const kept = JSON.parse(text) as SharedLook
  return typeof kept.at === 'number' && kept.look && typeof kept.look === 'object' ? kept : null
}
