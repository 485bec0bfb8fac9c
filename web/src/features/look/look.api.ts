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
