export const kinds = ['chat', 'context', 'instruct', 'system_prompt', 'reasoning', 'script', 'quick_reply', 'text', 'kobold', 'novel', 'theme', 'background'] as const
export type Kind = (typeof kinds)[number]
/** SillyTavern's object of a kind, with whatever else its file held. */
export type Data = Readonly<Record<string, unknown>>

export interface PresetItem {
  id: string
  kind: Kind
  name: string
  updated_at: string
  version: number
  deleted: boolean
}
export interface Preset extends PresetItem {
  data: Data
  warnings: string[]
}
export interface PresetPage { items: PresetItem[]; next_cursor: string | null }
export interface ImportedPreset { filename: string; status: 'imported' | 'duplicate' | 'refused'; preset_id?: string | null; kind?: Kind | null; name?: string | null; code?: string | null; message?: string | null }

/** Where a kind is chosen: one preset at a path, or several in a list. */
export const chosenAt: Partial<Record<Kind, { path: string; many?: true }>> = {
  chat: { path: '/preset/chat' }, text: { path: '/preset/text' }, kobold: { path: '/preset/text' }, novel: { path: '/preset/text' },
  context: { path: '/template/context' }, instruct: { path: '/template/instruct' }, system_prompt: { path: '/template/system_prompt' }, reasoning: { path: '/template/reasoning' },
  script: { path: '/scripts/enabled', many: true },
}
/** Kinds whose prompt can be looked at while they are written. */
export const previewed: readonly Kind[] = ['chat', 'context', 'instruct', 'system_prompt', 'reasoning', 'text', 'kobold', 'novel']

export interface Part { id: string; source: string; title?: string | null; role?: string | null; tokens: number; text?: string | null }
export interface Sent { role: string; name?: string | null; content: string }
export interface Preview { messages?: Sent[] | null; prompt?: string | null; parts: Part[]; prompt_tokens: number; budget_tokens: number | null; stop?: string[] }
export interface ScriptTrial { text: string; matches: { start: number; end: number }[]; error?: 'invalid' | 'untranslatable' | 'too_slow' | null }
