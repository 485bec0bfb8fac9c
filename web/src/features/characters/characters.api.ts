import type { Card, Character, CharacterPage, ConversationPage, ImportResult, Sample } from '@/api/shapes'
import { api, body } from '@/lib/api'

export type Sort = 'recent' | 'name' | 'created' | 'chatted' | 'chats'
export interface Search {
  q?: string
  tag?: string[]
  creator?: string
  collection?: string
  sort?: Sort
  favourite?: boolean
  hidden?: boolean
  trash?: boolean
}

const at = (id: string) => ({ params: { path: { character_id: id } } })
const pageSize = 100

export const listCharacters = (search: Search, cursor?: string): Promise<CharacterPage> =>
  body(api.GET('/api/characters', { params: { query: { ...search, cursor, limit: pageSize } } }))

export const listTags = async (): Promise<{ tag: string; count: number }[]> => (await body(api.GET('/api/characters/tags', {}))).items

/** The document leaves a card open, for what other apps put into it; the fields named here are always there. */
const carded = (answer: Promise<{ card: object }>): Promise<Character> => answer as Promise<Character>

export const getCharacter = (id: string): Promise<Character> => carded(body(api.GET('/api/characters/{character_id}', at(id))))

export const createCharacter = (card: Partial<Card> & { name: string }): Promise<Character> =>
  carded(body(api.POST('/api/characters', { body: { card } })))

export const changeCharacter = (id: string, change: { version: number; card?: Partial<Card>; favourite?: boolean; tags?: string[] }): Promise<Character> =>
  carded(body(api.PATCH('/api/characters/{character_id}', { ...at(id), body: change })))

export const trashCharacter = async (id: string): Promise<void> => void (await api.DELETE('/api/characters/{character_id}', at(id)))

export const restoreCharacter = (id: string): Promise<unknown> => body(api.POST('/api/characters/{character_id}:restore', at(id)))

export function changeAvatar(id: string, file: File): Promise<Character> {
  return carded(body(api.PUT('/api/characters/{character_id}/avatar', { ...at(id), body: formOf([file]) as never })))
}

export async function importFiles(files: readonly File[]): Promise<ImportResult[]> {
  return (await body(api.POST('/api/characters/import', { body: formOf(files) as never }))).results
}


export const listSamples = async (): Promise<Sample[]> => (await body(api.GET('/api/characters/samples', {}))).items

export const addSample = (name: string): Promise<ImportResult> =>
  body(api.POST('/api/characters/samples/{name}:add', { params: { path: { name } } }))

export const listConversationsOf = (id: string): Promise<ConversationPage> =>
  body(api.GET('/api/conversations', { params: { query: { character_id: id, limit: 50 } } }))

export const startConversation = async (characterId: string, greeting?: number): Promise<string> =>
  (await body(api.POST('/api/conversations', { body: { character_id: characterId, greeting } }))).id

/** Where a card is downloaded from; the browser fetches it itself. */
export const exportUrl = (id: string, format: 'png' | 'json'): string => `/api/characters/${id}/export?format=${format}`

/** openapi-fetch hands a FormData through untouched, with the browser's own boundary. */
function formOf(files: readonly File[]): FormData {
  const form = new FormData()
  for (const file of files) form.append('file', file)
  return form
}
