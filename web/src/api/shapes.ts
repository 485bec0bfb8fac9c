/** The wire's shapes by the names the app uses for them. */
export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export interface CharacterItem {
  id: string
  name: string
  tags: string[]
  avatar_url: string | null
  creator: string
  card_version: string
  updated_at: string
  created_at: string
  favourite: boolean
  version: number
  deleted: boolean
}

/** A card's fields in V3 names; extensions and whatever else a card carries are kept by the server. */
export interface Card {
  name: string
  nickname?: string
  description: string
  personality: string
  scenario: string
  first_mes: string
  alternate_greetings: string[]
  group_only_greetings?: string[]
  mes_example: string
  system_prompt: string
  post_history_instructions: string
  creator: string
  creator_notes: string
  character_version: string
  tags: string[]
  character_book?: { name?: string; entries?: unknown[] } | null
}

export interface Character extends CharacterItem {
  card: Card
  warnings: string[]
  greetings: number
}

export interface ImportResult {
  filename: string
  status: 'imported' | 'duplicate' | 'refused'
  character_id?: string | null
  code?: string | null
  message?: string | null
  warnings: string[]
}

export interface Sample {
  name: string
  title: string
  tagline: string
  avatar_url: string | null
}

export interface CardChange {
  version: number
  at: string
  changed: string[]
  actor: string
}

export interface ConversationItem {
  id: string
  character_id: string
  character_name: string
  avatar_url: string | null
  title: string
  last_message: { role: string; name: string; text: string } | null
  message_count: number
  updated_at: string
}

export type Kind = 'openai' | 'demo'

export interface Connection {
  id: string
  name: string
  kind: string
  model: string
  is_default: boolean
  base_url?: string
  has_key?: boolean
  settings?: ConnectionSettings
  version?: number
}

export interface ConnectionSettings {
  context_tokens: number
  reply_tokens: number
  temperature: number | null
}

export interface TestResult {
  ok: boolean
  latency_ms?: number | null
  models?: string[] | null
  code?: string | null
  detail?: string | null
}

export interface Found {
  kind: string
  name: string
  base_url: string
  models: string[]
}

export interface Persona {
  id: string
  name: string
  description: string
  is_default: boolean
  version: number
}

export interface Account {
  id: string
  username: string
  role: 'owner' | 'member'
  version: number
}

export interface ApiKey {
  id: string
  label: string
  scopes: string[]
  created_at: string
  last_used_at?: string | null
}

export interface SignIn {
  id: string
  label: string
  created_at: string
  seen_at: string
  current: boolean
}
