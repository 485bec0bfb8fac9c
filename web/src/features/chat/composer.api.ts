import { api, body as bodyOf } from '@/lib/api'
import type { Message, Page } from './chat.types'
import type { ToldDraft } from './draft.logic'

/** What the composer asks of the server beyond the messages themselves. */
const body = <T>(call: Promise<{ data?: unknown }>): Promise<T> => bodyOf<T>(call as Promise<{ data?: T }>)
const inConversation = (conversation_id: string) => ({ params: { path: { conversation_id } } })

export const readDraft = async (id: string): Promise<ToldDraft | null> =>
  (await body<{ draft?: ToldDraft | null }>(api.GET('/api/conversations/{conversation_id}', inConversation(id)))).draft ?? null
/** What this page knows itself by in the news of drafts. */
export const PAGE: string = globalThis.crypto?.randomUUID?.() ?? String(Math.random())
export const writeDraft = async (id: string, text: string): Promise<void> =>
  void (await api.PUT('/api/conversations/{conversation_id}/draft', { ...inConversation(id), body: { text, page: PAGE } }))

/** The first message at or after this moment. */
export const messageAt = async (id: string, at: string): Promise<Message | null> => {
  const { items } = await body<Page<Message>>(api.GET('/api/conversations/{conversation_id}/messages', {
    params: { path: { conversation_id: id }, query: { at, limit: 20 } },
  }))
  return items.find((message) => Date.parse(message.created_at) >= Date.parse(at)) ?? items.at(-1) ?? null
}
