export type ScopeType = 'global' | 'user' | 'character' | 'conversation'
/** Where values stand; without an id, `user` is the signed-in person. */
export interface Scope {
  type: ScopeType
  id?: string | null
}
export type Value = number | string | boolean | string[] | null
export type Kind = 'number' | 'integer' | 'string' | 'boolean' | 'enum' | 'list'

/** One row of the server's table: what can be tuned, and what fits. */
export interface Path {
  path: string
  type: Kind
  min: number | null
  max: number | null
  step: number | null
  default: Value
  neutral: Value
  warn: [number | null, number | null] | null
  choices: string[]
  max_length: number | null
  max_items: number | null
  nullable: boolean
  scopes: ScopeType[]
  group: Group
  advanced: boolean
}
export const groups = ['reply', 'who', 'note', 'generation', 'sampling', 'repetition', 'advanced', 'lore', 'presets', 'chat', 'speech'] as const
export type Group = (typeof groups)[number]

export interface Layer {
  scope: { type: ScopeType; id: string | null }
  n: number
  values: Record<string, Value>
}
export interface Effective {
  values: Record<string, Value>
  sources: Record<string, { type: ScopeType; id: string | null } | 'seed'>
  layers: Layer[]
  locked: string[]
}
export type Op = { op: 'set'; path: string; value: Value } | { op: 'unset'; path: string }
export interface Committed {
  revision_id: string | null
  n: number
  effective: Effective
}
