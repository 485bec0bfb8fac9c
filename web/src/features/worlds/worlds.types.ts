/** One entry in SillyTavern's own form; what else it carries travels along untouched. */
export interface Entry {
  uid: number
  key: string[]
  keysecondary: string[]
  comment: string
  content: string
  constant: boolean
  vectorized: boolean
  selective: boolean
  selectiveLogic: number
  order: number
  position: number
  depth: number
  role: number | null
  outletName: string
  disable: boolean
  ignoreBudget: boolean
  excludeRecursion: boolean
  preventRecursion: boolean
  delayUntilRecursion: number | boolean
  probability: number
  useProbability: boolean
  group: string
  groupOverride: boolean
  groupWeight: number
  useGroupScoring: boolean | null
  scanDepth: number | null
  caseSensitive: boolean | null
  matchWholeWords: boolean | null
  sticky: number | null
  cooldown: number | null
  delay: number | null
  automationId: string
  characterFilter?: { isExclude: boolean; names: string[]; tags: string[] }
  triggers: string[]
  displayIndex: number
  [other: string]: unknown
}
export type Entries = Readonly<Record<string, Entry>>

export interface UsedBy { characters: number; conversations: number; personas: number }
export interface BookItem {
  id: string
  name: string
  entries: number
  everywhere: boolean
  used_by: UsedBy
  updated_at: string
  version: number
  deleted: boolean
}
export interface Book extends Omit<BookItem, 'entries'> {
  description: string
  entries: Entries
  fields: Record<string, unknown>
  warnings: string[]
}
export interface BookPage { items: BookItem[]; next_cursor: string | null }
export interface BookChange { name?: string; description?: string; entries?: Record<string, Entry | null> }
export interface ImportedBook { filename: string; status: 'imported' | 'duplicate' | 'refused'; lorebook_id: string | null; name: string | null; code: string | null; message: string | null; warnings: string[] }

export interface Tried { text?: string; conversation_id?: string; lorebook_ids?: string[]; character_id?: string }
export interface Woken { book: string; uid: string | number; title: string; position: string; why: string; content: string; tokens: number }
export interface Dropped { book: string; uid: string | number; title: string; why: string }
export interface Flagged { book: string; uid: string | number; key: string; why: string }
export interface Trial { woken: Woken[]; dropped: Dropped[]; flagged: Flagged[]; budget_tokens: number; used_tokens: number; rounds: number }
