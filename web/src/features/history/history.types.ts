/** One line of the history of a lorebook or a preset. */
export interface Version { version: number; at: string; kind: string; changed: string[]; actor: string }
export interface FieldChange { name: string; before: unknown; after: unknown }
/** What changed of one thing in it; without a place, of the whole. */
export interface GroupChange { place: string; title: string; state: 'added' | 'removed' | 'changed'; fields: FieldChange[] }
export type Against = 'before' | 'now'
export interface VersionDetail extends Version { against: Against; brought_back: number | null; groups: GroupChange[]; more: number }

export interface Use { type: 'global' | 'user' | 'persona' | 'character' | 'conversation'; id: string; name: string; by: 'choice' | 'card' }
export interface Uses { count: number; places: Use[] }
/** What the words for its fields are, where they have any. */
export type Named = (name: string, place: string) => string
