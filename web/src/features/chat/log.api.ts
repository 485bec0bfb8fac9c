import { api, body as bodyOf } from '@/lib/api'
import type { Place } from './chat.api'
import type { Message, Page } from './chat.types'
import type { BookmarkItem, BulkAction, Change, Day, ExportFormat, Tree } from './log.types'

/** The calls of reading and arranging a long story. Answers of commands are not folded: what they did comes over the stream. */
const body = <T>(call: Promise<{ data?: unknown }>): Promise<T> => bodyOf<T>(call as Promise<{ data?: T }>)
const within = (conversation_id: string) => ({ path: { conversation_id } })
const onMessage = ({ id }: Place) => ({ params: { path: { message_id: id } } })

/** Minutes east of Greenwich, as the server wants them. */
const zone = (): number => -new Date().getTimezoneOffset()
export const listDays = (id: string, cursor?: string) =>
  body<Page<Day>>(api.GET('/api/conversations/{conversation_id}/days', { params: { ...within(id), query: { tz_minutes: zone(), cursor } } }))
export const listBookmarks = (id: string, cursor?: string) =>
  body<Page<BookmarkItem>>(api.GET('/api/conversations/{conversation_id}/bookmarks', { params: { ...within(id), query: { cursor } } }))
export const readTree = (id: string) => body<Tree>(api.GET('/api/conversations/{conversation_id}/tree', { params: within(id) }))
export const listChanges = (id: string, cursor?: string) =>
  body<Page<Change>>(api.GET('/api/conversations/{conversation_id}/changes', { params: { ...within(id), query: { cursor } } }))
export const undoChange = (id: string, event_id: string) =>
  api.POST('/api/conversations/{conversation_id}/changes/{event_id}:undo', { params: { path: { conversation_id: id, event_id } } })

export const setBookmark = (place: Place, label = '') =>
  body<{ message: Message }>(api.PUT('/api/messages/{message_id}/bookmark', { ...onMessage(place), body: { conversation_id: place.conversation_id, label } }))
export const dropBookmark = (place: Place) =>
  body<{ message: Message }>(api.DELETE('/api/messages/{message_id}/bookmark', { params: { path: { message_id: place.id }, query: { conversation_id: place.conversation_id } } }))
export const addVariant = (place: Place, text: string) =>
  body<{ message: Message }>(api.POST('/api/messages/{message_id}:add-variant', { ...onMessage(place), body: { conversation_id: place.conversation_id, text } }))

export const changeMany = (id: string, action: BulkAction, message_ids: string[]) =>
  body<{ changed: number }>(api.POST('/api/conversations/{conversation_id}/messages:bulk', { params: within(id), body: { message_ids, action } }))
export const branchSelection = (id: string, message_ids: string[], title?: string) =>
  body<{ conversation_id: string; message_id: string }>(
    api.POST('/api/conversations/{conversation_id}:branch-selection', { params: within(id), body: { message_ids, title } }))
/** The address of a download; without ids the whole active path. */
export function exportAddress(id: string, format: ExportFormat, ids: readonly string[] = []): string {
  const query = new URLSearchParams({ format, ...(ids.length ? { ids: ids.join(',') } : {}) })
  return `/api/conversations/${id}/export?${query}`
}
