import type { components } from '@/api/schema'
import { api, body, changeHeaders } from '@/lib/api'
import { problemOf } from '@/lib/problem'

type Schemas = components['schemas']
export type Listed = Schemas['CharacterListed']
export type Shelf = Schemas['CollectionShown']
export type View = Schemas['SavedView']
export type SavedFilter = Schemas['FilterShown']
export type Bulk = Schemas['BulkShown']
export type BulkAction = Schemas['BulkGiven']['action']
export type Alike = Schemas['DuplicateGroup']
export type AlikeKind = 'card' | 'name' | 'picture'
export type HiddenTags = Schemas['HiddenTags']

/** What is asked of the list; all of it may be left out. */
export type Asked = Partial<Omit<Schemas['Matching'], 'without'>>
/** Characters one by one, or all that match but those taken out by hand. */
export type Chosen = { ids: string[] } | { all_matching: Asked & { without?: string[] } }

const pageMost = 200

export const listShelves = async (): Promise<Shelf[]> => (await body(api.GET('/api/collections', { params: { query: { limit: pageMost } } }))).items

export const createShelf = (name: string): Promise<Shelf> => body(api.POST('/api/collections', { body: { name } }))

const shelfAt = (id: string) => ({ params: { path: { collection_id: id } } })

export const renameShelf = ({ id, name, version }: Pick<Shelf, 'id' | 'name' | 'version'>): Promise<Shelf> =>
  body(api.PATCH('/api/collections/{collection_id}', { ...shelfAt(id), body: { name, version } }))

export const deleteShelf = async (id: string): Promise<void> => void (await api.DELETE('/api/collections/{collection_id}', shelfAt(id)))

export const restoreShelf = (id: string): Promise<Shelf> => body(api.POST('/api/collections/{collection_id}:restore', shelfAt(id)))

export const listFilters = async (): Promise<SavedFilter[]> => (await body(api.GET('/api/saved-filters', { params: { query: { limit: pageMost } } }))).items

export const saveFilter = (name: string, filter: View): Promise<SavedFilter> => body(api.POST('/api/saved-filters', { body: { name, filter } }))

const filterAt = (id: string) => ({ params: { path: { filter_id: id } } })

export const deleteFilter = async (id: string): Promise<void> => void (await api.DELETE('/api/saved-filters/{filter_id}', filterAt(id)))

export const restoreFilter = (id: string): Promise<SavedFilter> => body(api.POST('/api/saved-filters/{filter_id}:restore', filterAt(id)))

export const getHiddenTags = (): Promise<HiddenTags> => body(api.GET('/api/characters/hidden-tags', {}))

export const changeHiddenTags = (hidden: HiddenTags): Promise<HiddenTags> => body(api.PUT('/api/characters/hidden-tags', { body: hidden }))

export const renameTags = (tags: string[], to: string): Promise<Bulk> => body(api.POST('/api/characters/tags:rename', { body: { tags, to } }))

export const changeMany = (chosen: Chosen, action: BulkAction, value?: string | string[]): Promise<Bulk> =>
  body(api.POST('/api/characters:bulk', { body: { ...chosen, action, value } as Schemas['BulkGiven'] }))

const bulkAt = (id: string) => ({ params: { path: { bulk_id: id } } })

export const getBulk = (id: string): Promise<Bulk> => body(api.GET('/api/bulk-changes/{bulk_id}', bulkAt(id)))

export const undoBulk = (id: string): Promise<Bulk> => body(api.POST('/api/bulk-changes/{bulk_id}:undo', bulkAt(id)))

export const listAlike = (kind: AlikeKind, cursor?: string): Promise<Schemas['DuplicatePage']> =>
  body(api.GET('/api/characters/duplicates', { params: { query: { kind, cursor } } }))

export function anyCharacter({ q, tag, creator, collection, favourite, hidden }: Asked): Promise<Listed> {
  return body(api.GET('/api/characters/random', { params: { query: { q, tag, creator, collection, favourite, hidden } } }))
}

/** The archive as the browser holds it: on disk, when it is large. */
export async function exportMany(chosen: Chosen, format: 'png' | 'json'): Promise<Blob> {
  const headers = { 'Content-Type': 'application/json', ...changeHeaders() }
  const answer = await fetch('/api/characters:export', { method: 'POST', headers, body: JSON.stringify({ ...chosen, format }) })
  if (!answer.ok) throw await problemOf(answer)
  return answer.blob()
}
