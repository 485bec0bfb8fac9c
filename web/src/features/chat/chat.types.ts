/** The conversation's wire shapes as the page uses them, and the state its frames fold into. */
export type { CompleteFrame, ErrorFrame, EventFrame, Frame, NewsFrame, TokenFrame, Usage } from '@sdk/streaming-client'
import type { EventFrame, Usage } from '@sdk/streaming-client'

export type Role = 'user' | 'character' | 'system'
export type Status = 'complete' | 'queued' | 'streaming' | 'interrupted' | 'failed'

export interface Variant {
  id: string
  /** From 0. */
  index: number
  count: number
  kind?: string
}

export interface Message {
  id: string
  parent_id: string | null
  role: Role
  name: string
  text: string
  variant: Variant
  status: Status
  hidden: boolean
  created_at: string
  version: number
  character_id?: string | null
  reasoning?: string | null
  model?: string | null
  finish?: string | null
  error?: { code: string; detail: string } | null
  task_id?: string | null
  tokens_out?: number | null
  branches?: number
  edited?: boolean
  bookmark?: Bookmark | null
  /** The name of the connection that answered, and those that were tried before it. */
  connection?: string | null
  fallbacks?: readonly { connection: string; code: string }[]
  usage?: Usage | null
  /** `amount` is a decimal number as text: money is not counted in floats. */
  cost?: { amount: string; currency: string } | null
  /** The one-off instruction this reply was written under. */
  nudge?: string | null
  /** The connection whose server is loading its model just now. */
  loading?: string | null
}

export interface Bookmark {
  label: string | null
}

/** A member of a group; without a character the card is gone. */
export interface Speaker {
  character_id: string | null
  name: string
  avatar_url: string | null
  is_muted: boolean
}

/** Who speaks in a conversation of several; a list tells the first few. Without an id nobody kept them as a group yet. */
export interface ConversationGroup {
  id: string | null
  name: string
  members: Speaker[]
  member_count: number
  deleted: boolean
}

export interface Conversation {
  id: string
  character_id: string | null
  character_name: string
  avatar_url: string | null
  /** Several characters speak in it. Left out by servers and kept copies of before there were groups. */
  group?: ConversationGroup | null
  title: string
  last_message: { role: Role; name: string; text: string } | null
  message_count: number
  updated_at: string
  created_at: string
  version: number
  position: number
  deleted: boolean
}

export interface ConversationDetail extends Conversation {
  active_leaf: string | null
  undo: { can_undo: boolean; can_redo: boolean }
}

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** A part of the active path, oldest first. `next_cursor` goes on above it, `newer_cursor` below; null: the end is reached. */
export interface MessagePage extends Page<Message> {
  newer_cursor?: string | null
}

export interface VariantText {
  id: string
  index: number
  text: string
  kind?: string
  model?: string | null
  finish?: string | null
  created_at?: string
  selected?: boolean
  revision?: number
}

export interface Branch {
  leaf_id: string
  active: boolean
  message_count: number
  last: { role: Role; name: string; text: string } | null
  forked_at_message_id: string | null
  updated_at: string
}

export interface PlanPart {
  id: string
  source: string
  title?: string | null
  role?: string | null
  tokens: number
  text?: string | null
  messages?: string[]
}
export interface PlanCut {
  source: string
  title?: string | null
  tokens: number
  why: string
}
export interface Plan {
  prompt_hash?: string
  context_tokens: number | null
  budget_tokens: number | null
  prompt_tokens: number | null
  reply_tokens: number | null
  tokenizer?: string | null
  /** Whether tokens were counted; otherwise they were estimated. */
  counted?: boolean
  parts: PlanPart[]
  cut: PlanCut[]
  messages: { role: string; name?: string | null; content: string }[]
}

export interface Why {
  message_id: string
  task: Record<string, unknown> | null
  route: { connection: string; model: string; reason?: string } | null
  plan: Plan | null
  config?: { revisions: Record<string, number>; used: { path: string; value: unknown; source: string }[]; ignored: string[] } | null
  completion: { finish?: string | null; usage?: Usage | null; first_token_ms?: number | null; total_ms?: number | null; fallbacks?: Message['fallbacks'] | null } | null
  events: Omit<EventFrame, 'type'>[]
}

export interface ConnectionItem {
  id: string
  name: string
  kind: string
  model: string | null
  is_default: boolean
  settings?: { context_tokens?: number; reply_tokens?: number }
}

export interface Accepted {
  /** null: nothing answers it (`reply: false`). */
  task_id: string | null
  message_id: string
  reply_message_id: string | null
  conversation_id: string
  position: number
}
