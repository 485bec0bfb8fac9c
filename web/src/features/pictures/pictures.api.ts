import type { components } from '@/api/schema'
import { api, body } from '@/lib/api'
import type { Place } from './pictures.logic'

export type CardPicture = components['schemas']['AssetShown']
const PAGE = 24

/** One picture that somebody asked to see. Throws `ApiProblem`. */
export async function fetchPicture(place: Place, url: string): Promise<Blob> {
  const at = place.type === 'conversation' ? { conversation_id: place.id } : { character_id: place.id }
  return (await api.POST('/api/pictures:show', { body: { url, ...at }, parseAs: 'blob' })).data as unknown as Blob
}

/** The pictures that came with a character's card, page by page. */
export const listCardPictures = (characterId: string, cursor: string | null): Promise<components['schemas']['AssetPage']> =>
  body(api.GET('/api/characters/{character_id}/assets', { params: { path: { character_id: characterId }, query: { limit: PAGE, cursor } } }))
