import { api, body as bodyOf } from '@/lib/api'
import type {
  Accepted, ConnectionItem, Conversation, ConversationDetail, Message, MessagePage, Page, Role, VariantText, Why,
} from './chat.types'

/** Every call of the chat's area. Answers of commands are not folded: what they did comes over the stream.
 *
 * The document says `string` where the page knows the words (roles, statuses), so the shapes of chat.types stand here. */
const body = <T>(call: Promise<{ data?: unknown }>): Promise<T> => bodyOf<T>(call as Promise<{ data?: T }>)

const inConversation = (conversation_id: string) => ({ params: { path: { conversation_id } } })
const onMessage = (message_id: string) => ({ params: { path: { message_id } } })

export const listConversations = (query: { q?: string; trash?: boolean; cursor?: string; limit?: number }) =>
  body<Page<Conversation>>(api.GET('/api/conversations', { params: { query } }))
export const getConversation = (id: string) => body<ConversationDetail>(api.GET('/api/conversations/{conversation_id}', inConversation(id)))
export const renameConversation = (id: string, given: { title: string; version: number }) =>
  body<Conversation>(api.PATCH('/api/conversations/{conversation_id}', { ...inConversation(id), body: given }))
export const deleteConversation = (id: string) => api.DELETE('/api/conversations/{conversation_id}', inConversation(id))
export const restoreConversation = (id: string) => api.POST('/api/conversations/{conversation_id}:restore', inConversation(id))
/** Several at once; answers with those that were not so already. */
export const changeConversations = (ids: readonly string[], action: 'delete' | 'restore') =>
  body<{ changed: string[] }>(api.POST('/api/conversations:bulk', { body: { ids: [...ids], action } }))
export const chatsFormats = ['sillytavern', 'json', 'txt', 'csv'] as const
export type ChatsFormat = (typeof chatsFormats)[number]
export const conversationsAddress = (ids: readonly string[], format: ChatsFormat): string =>
  `/api/config/export?${new URLSearchParams({ format, kind: 'conversations', ids: ids.join(',') })}`
export const undo = (id: string) => body<{ undone: { kind: string } | null }>(api.POST('/api/conversations/{conversation_id}:undo', inConversation(id)))
export const redo = (id: string) => api.POST('/api/conversations/{conversation_id}:redo', inConversation(id))

export const pageSize = 60
/** Which part of the path is wanted: above a message, below it, around it, or what was said at a moment; else the newest. */
export interface Window {
  before?: string
  after?: string
  around?: string
  at?: string
  limit?: number
}
export const listMessages = (id: string, query: Window = {}) =>
  body<MessagePage>(api.GET('/api/conversations/{conversation_id}/messages', { params: { path: { conversation_id: id }, query: { limit: pageSize, ...query } } }))
/** How scripts show messages; only those are told that look different from what is stored. */
export interface Display {
  /** Which scripts have a say here; null: none. */
  scripts: string | null
  /** So many of the newest messages may look different when another is added. */
  near: number
  items: { message_id: string; text: string; reasoning: string | null }[]
}
export const askDisplay = (id: string, asked: { message_ids?: string[]; newest?: number }) =>
  body<Display>(api.POST('/api/conversations/{conversation_id}:display', { ...inConversation(id), body: asked as never }))
export const selectLeaf = (id: string, message_id: string) => api.POST('/api/conversations/{conversation_id}:select-leaf', { ...inConversation(id), body: { message_id } })

/** Which message is meant, and in which conversation: copies share the messages above their fork. */
export interface Place {
  id: string
  conversation_id: string
}
type Command = 'delete' | 'restore' | 'hide' | 'show' | 'select-variant'
const command = (name: Command, { id, conversation_id }: Place, more: Record<string, unknown> = {}) =>
  api.POST(`/api/messages/{message_id}:${name}`, { ...onMessage(id), body: { conversation_id, ...more } })

/** `version` is what this page saw; an older one is refused with the current message. */
export const editMessage = ({ id, conversation_id }: Place, given: { text: string; version: number }) =>
  body<{ message: Message; position: number }>(api.POST('/api/messages/{message_id}:edit', { ...onMessage(id), body: { conversation_id, ...given } }))
export const deleteMessage = (place: Place, following = false) => command('delete', place, { following })
export const restoreMessage = (place: Place) => command('restore', place)
export const hideMessage = (place: Place) => command('hide', place)
export const showMessage = (place: Place) => command('show', place)
export const selectVariant = (place: Place, variant_id: string) => command('select-variant', place, { variant_id })
export const branchMessage = ({ id, conversation_id }: Place, copy = false) =>
  body<{ conversation_id: string; message_id: string }>(api.POST('/api/messages/{message_id}:branch', { ...onMessage(id), body: { conversation_id, copy } }))
/** All variants of a message; the server tells long ones page by page. */
export async function listVariants({ id, conversation_id }: Place): Promise<{ items: VariantText[] }> {
  const items: VariantText[] = []
  let cursor: string | undefined
  do {
    const page = await body<Page<VariantText>>(api.GET('/api/messages/{message_id}/variants', {
      params: { path: { message_id: id }, query: { conversation_id, cursor } },
    }))
    items.push(...page.items)
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  return { items }
}
export const getWhy = (id: string, variant_id?: string) =>
  body<Why>(api.GET('/api/messages/{message_id}/why', { params: { path: { message_id: id }, query: { variant_id } } }))

export interface Post {
  conversation_id: string
  content: string
  idempotency_key: string
  connection?: string
  /** A one-off instruction for the reply. */
  nudge?: string
  /** Who says it, when it is not the person; `reply: false` only writes it down. */
  as?: { role: Role; name?: string; character_id?: string }
  reply?: boolean
  /** The character of a group who shall answer. */
  member?: string
}
export type Act = 'regenerate' | 'continue' | 'swipe' | 'impersonate' | 'speak'
export const postMessage = (given: Post) => body<Accepted>(api.POST('/v1/agent/messages', { body: given }))
export const act = (given: { action: Act; conversation_id: string; message_id?: string; connection?: string; nudge?: string; member?: string }) =>
  body<Accepted>(api.POST('/v1/agent/messages', { body: given }))
export const cancelTask = (task_id: string) => api.POST('/v1/agent/tasks/{task_id}:cancel', { params: { path: { task_id } } })
export const retryTask = (task_id: string) => body<Accepted>(api.POST('/v1/agent/tasks/{task_id}:retry', { params: { path: { task_id } } }))

export interface CharacterDetail {
  id: string
  name: string
  avatar_url: string | null
  creator?: string | null
  tags: string[]
  card: Record<string, unknown>
}
export const getCharacter = (id: string) => body<CharacterDetail>(api.GET('/api/characters/{character_id}', { params: { path: { character_id: id } } }))
export const listConnections = () => body<Page<ConnectionItem>>(api.GET('/api/connections'))
