import { api, body } from '@/lib/api'
import type { PromptSent } from './prompt.types'

/** The prompt of a reply as it was sent; of one of its versions when that is named. */
export const readPrompt = (message_id: string, variant_id?: string): Promise<PromptSent> =>
  body(api.GET('/api/messages/{message_id}/prompt', { params: { path: { message_id }, query: variant_id ? { variant_id } : {} } }))
export const promptKey = (id: string, variant?: string) => ['prompt-sent', id, variant ?? ''] as const
