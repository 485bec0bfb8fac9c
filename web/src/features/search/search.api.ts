import type { paths } from '@/api/schema'
import { api, body } from '@/lib/api'

export type SearchQuery = NonNullable<paths['/api/search']['get']['parameters']['query']>
export type Kind = 'character' | 'conversation' | 'message'
export type SearchPage = paths['/api/search']['get']['responses'][200]['content']['application/json']
export type Hit = SearchPage['items'][number]
export type Part = Hit['snippet'][number]

export const search = (query: SearchQuery, signal?: AbortSignal): Promise<SearchPage> => body(api.GET('/api/search', { params: { query }, signal }))

const recentMax = 100
/** What a person had to do with lately, to be found by a few letters before the server has answered. */
export const recentConversations = async (): Promise<{ id: string; title: string; character_name: string; avatar_url?: string | null }[]> =>
  (await body(api.GET('/api/conversations', { params: { query: { limit: recentMax } } }))).items
export const recentCharacters = async (): Promise<{ id: string; name: string; avatar_url?: string | null }[]> =>
  (await body(api.GET('/api/characters', { params: { query: { sort: 'recent', limit: recentMax } } }))).items
export const conversationTitle = async (conversation_id: string): Promise<string> =>
  (await body(api.GET('/api/conversations/{conversation_id}', { params: { path: { conversation_id } } }))).title
export const charactersByName = async (): Promise<{ id: string; name: string }[]> =>
  (await body(api.GET('/api/characters', { params: { query: { sort: 'name', limit: 200 } } }))).items
