import type { Data } from './presets.types'

/** The list that holds for all characters; SillyTavern knows it by this number. */
const EVERYBODY = 100001

export interface Prompt {
  identifier: string
  name?: string
  role?: string
  content?: string
  system_prompt?: boolean
  marker?: boolean
  injection_position?: number
  injection_depth?: number
  injection_order?: number
  injection_trigger?: string[]
  forbid_overrides?: boolean
  [other: string]: unknown
}
interface Place { identifier: string; enabled: boolean }

const builtIn = (identifier: string, name: string, content?: string): Prompt => ({ identifier, name, system_prompt: true, ...(content === undefined ? { marker: true } : { role: 'system', content }) })
export const builtIns: readonly Prompt[] = [
  builtIn('main', 'Main Prompt', 'Write {{char}}\'s next reply in a fictional chat between {{char}} and {{user}}.'),
  builtIn('nsfw', 'Auxiliary Prompt', ''),
  builtIn('jailbreak', 'Post-History Instructions', ''),
  builtIn('enhanceDefinitions', 'Enhance Definitions', 'If you have more knowledge of {{char}}, add to the character\'s lore and personality to enhance them but keep the Character Sheet\'s definitions absolute.'),
  builtIn('worldInfoBefore', 'World Info (before)'), builtIn('worldInfoAfter', 'World Info (after)'), builtIn('charDescription', 'Char Description'), builtIn('charPersonality', 'Char Personality'),
  builtIn('scenario', 'Scenario'), builtIn('personaDescription', 'Persona Description'), builtIn('dialogueExamples', 'Chat Examples'), builtIn('chatHistory', 'Chat History'),
]
const BUILT_IN = new Map(builtIns.map((one) => [one.identifier, one]))
const ORDER = ['main', 'worldInfoBefore', 'personaDescription', 'charDescription', 'charPersonality', 'scenario', 'enhanceDefinitions', 'nsfw', 'worldInfoAfter', 'dialogueExamples', 'chatHistory', 'jailbreak']
export const defaultOrder: readonly Place[] = ORDER.map((identifier) => ({ identifier, enabled: identifier !== 'enhanceDefinitions' }))

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isObject) : [])
const promptsIn = (data: Data): Prompt[] => listOf(data.prompts) as Prompt[]
const listsIn = (data: Data) => listOf(data.prompt_order)
const isOurs = (list: Record<string, unknown>): boolean => Number(list.character_id) === EVERYBODY
function placesIn(data: Data): readonly Place[] {
  const list = listsIn(data).find(isOurs)
  return list ? (listOf(list.order) as unknown as Place[]) : defaultOrder
}
const promptOf = (data: Data, identifier: string): Prompt | undefined => promptsIn(data).find((one) => one.identifier === identifier) ?? BUILT_IN.get(identifier)

export interface PromptRow {
  prompt: Prompt
  enabled: boolean
}
/** The prompts in the order in which they are told; places without a prompt are not. */
export const rowsOf = (data: Data): PromptRow[] =>
  placesIn(data).flatMap(({ identifier, enabled }) => { const prompt = promptOf(data, identifier); return prompt ? [{ prompt, enabled: enabled !== false }] : [] })

/** Prompts that are kept but stand nowhere in the order. */
export function spareOf(data: Data): Prompt[] {
  const placed = new Set(placesIn(data).map(({ identifier }) => identifier))
  return [...promptsIn(data), ...builtIns.filter(({ identifier }) => !promptsIn(data).some((one) => one.identifier === identifier))].filter(({ identifier }) => !placed.has(identifier))
}

/** Only our list is written anew; others in the file stay as they came. */
function withPlaces(data: Data, places: readonly Place[]): Data {
  const lists = listsIn(data)
  const mine = { character_id: EVERYBODY, order: [...places] }
  return { ...data, prompt_order: lists.some(isOurs) ? lists.map((list) => (isOurs(list) ? { ...list, order: mine.order } : list)) : [...lists, mine] }
}
export function moved(data: Data, identifier: string, by: number): Data {
  const places = [...placesIn(data)]
  const shown = rowsOf(data).map(({ prompt }) => prompt.identifier)
  const target = shown[Math.min(shown.length - 1, Math.max(0, shown.indexOf(identifier) + by))]
  const from = places.findIndex((one) => one.identifier === identifier)
  const to = places.findIndex((one) => one.identifier === target)
  if (from < 0 || to < 0 || from === to) return data
  places.splice(to, 0, ...places.splice(from, 1))
  return withPlaces(data, places)
}
export const switched = (data: Data, identifier: string, enabled: boolean): Data => withPlaces(data, placesIn(data).map((one) => (one.identifier === identifier ? { ...one, enabled } : one)))
export const unplaced = (data: Data, identifier: string): Data => withPlaces(data, placesIn(data).filter((one) => one.identifier !== identifier))
export const placed = (data: Data, identifier: string): Data => withPlaces(data, [...placesIn(data), { identifier, enabled: true }])
export function edited(data: Data, identifier: string, change: Partial<Prompt>): Data {
  const prompts = promptsIn(data)
  const known = prompts.some((one) => one.identifier === identifier)
  const was = promptOf(data, identifier)
  if (!was) return data
  return { ...data, prompts: known ? prompts.map((one) => (one.identifier === identifier ? { ...one, ...change } : one)) : [...prompts, { ...was, ...change }] }
}
export function added(data: Data, identifier: string, name: string): Data {
  const prompt: Prompt = { identifier, name, role: 'system', content: '', system_prompt: false, injection_position: 0, injection_depth: 4, injection_order: 100, injection_trigger: [], forbid_overrides: false }
  return placed({ ...data, prompts: [...promptsIn(data), prompt] }, identifier)
}
/** Built-in prompts can be taken out of the order, but not thrown away. */
export const canBeThrownAway = (prompt: Prompt): boolean => !prompt.system_prompt && !prompt.marker && !BUILT_IN.has(prompt.identifier)
export const thrownAway = (data: Data, identifier: string): Data => unplaced({ ...data, prompts: promptsIn(data).filter((one) => one.identifier !== identifier) }, identifier)
