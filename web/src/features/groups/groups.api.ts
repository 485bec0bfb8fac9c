import type { components } from '@/api/schema'
import { api, body } from '@/lib/api'

type Schemas = components['schemas']
export type Group = Schemas['GroupShown']
export type Member = Schemas['GroupMember']
export type Strategy = Group['strategy']
export type Cards = Group['cards']
export type GroupChange = Omit<Schemas['GroupChangeGiven'], 'version'>
/** A character that may join. */
export interface Candidate {
  id: string
  name: string
  avatar_url: string | null
}

export const strategies = ['natural', 'list', 'pooled', 'manual'] as const satisfies readonly Strategy[]
export const cardModes = ['speaker', 'unmuted', 'all'] as const satisfies readonly Cards[]
export const SECONDS_MAX = 3600
export const MEMBERS_MAX = 100

const at = (group_id: string) => ({ params: { path: { group_id } } })
const limit = 200

export const groupsKey = ['groups'] as const
export const groupKey = (id: string) => ['group', id] as const
/** Where its history is asked for. */
export const groupAt = (id: string): string => `/api/groups/${id}`

export const listGroups = async (trash = false): Promise<Group[]> => (await body(api.GET('/api/groups', { params: { query: { limit, trash } } }))).items
export const readGroup = (id: string): Promise<Group> => body(api.GET('/api/groups/{group_id}', at(id)))
export const createGroup = (given: { name: string; character_ids: readonly string[] }): Promise<Group> =>
  body(api.POST('/api/groups', { body: { name: given.name, members: given.character_ids.map((character_id) => ({ character_id })) } as never }))
export const changeGroup = (id: string, change: GroupChange & { version: number }): Promise<Group> => body(api.PATCH('/api/groups/{group_id}', { ...at(id), body: change }))
export const trashGroup = async (id: string): Promise<void> => void (await api.DELETE('/api/groups/{group_id}', at(id)))
export const restoreGroup = (id: string): Promise<Group> => body(api.POST('/api/groups/{group_id}:restore', at(id)))
export const bringGroupBack = (id: string, version: number, to: number): Promise<Group> =>
  body(api.POST('/api/groups/{group_id}:bring-back', { ...at(id), body: { version, to } }))
export const exportAddress = (id: string): string => `/api/groups/${id}/export`

export const startGroupChat = (group_id: string): Promise<{ id: string }> => body(api.POST('/api/conversations', { body: { group_id } as never }))
export const listChatsOf = async (group_id: string) => (await body(api.GET('/api/conversations', { params: { query: { group_id, limit: 50 } } }))).items
export const keepGroupOf = (conversation_id: string) => body(api.POST('/api/conversations/{conversation_id}/group', { params: { path: { conversation_id } } }))
