import type { components } from '@/api/schema'

export type PromptSent = components['schemas']['PromptSent']
export interface Part { id: string; source: string; title?: string | null; role?: string | null; tokens: number; text?: string | null }
/** What a model is given: a list of messages, or one text. */
export interface Exact {
  messages?: readonly { role: string; name?: string | null; content: string }[] | null
  prompt?: string | null
  stop?: readonly string[] | null
}
