import { commit, readEffective } from '@/features/config/config.api'
import { call, formOf } from '@/lib/call'
import { chosenAt, type Data, type ImportedPreset, type Kind, type Preset, type PresetItem, type PresetPage, type Preview, type ScriptTrial } from './presets.types'

export const presetAt = (id: string): string => `/api/presets/${id}`
const at = presetAt
export const presetKey = (id: string) => ['preset', id] as const

export const listPresets = (query: { kind?: Kind; q?: string; trash?: boolean; cursor?: string; limit?: number }): Promise<PresetPage> => call('get', '/api/presets', { query })
export const readPreset = (id: string): Promise<Preset> => call('get', at(id))
export interface Starter { kind: Kind; name: string; data: Data }
/** What ships as a starting point. */
export const listStarters = async (): Promise<Starter[]> => (await call<{ starters: Starter[] }>('get', '/api/templates')).starters
export const createPreset = (kind: Kind, name: string, data: Data): Promise<Preset> => call('post', '/api/presets', { body: { kind, name, data } })
export const changePreset = (id: string, version: number, change: { name?: string; data?: Data }): Promise<Preset> => call('patch', at(id), { body: { version, ...change } })
export const deletePreset = (id: string): Promise<null> => call('delete', at(id))
export const restorePreset = (id: string): Promise<Preset> => call('post', `${at(id)}:restore`)
export const exportUrl = (id: string): string => `${at(id)}/export`
export const importPresets = async (files: readonly File[], kind?: Kind): Promise<ImportedPreset[]> =>
  (await call<{ results: ImportedPreset[] }>('post', '/api/presets/import', { query: { kind }, body: formOf(files) })).results
export const preview = (kind: Kind, data: Data, where: { conversation_id?: string; character_id?: string }): Promise<Preview> => call('post', '/api/presets:preview', { body: { kind, data, ...where } })
export const tryScript = (script: Data, text: string): Promise<ScriptTrial> => call('post', '/api/scripts:test', { body: { script, text } })

/** The ids in use for the whole account, over all kinds. */
export async function inUse(): Promise<Set<string>> {
  const { values } = await readEffective({ type: 'user' })
  return new Set(Object.values(chosenAt).flatMap(({ path }) => values[path] ?? []).filter((id): id is string => typeof id === 'string'))
}
/** Use a preset in all chats, or no longer. */
export async function use(preset: Pick<PresetItem, 'id' | 'kind'>, on: boolean): Promise<void> {
  const place = chosenAt[preset.kind]
  if (!place) return
  await commit({ type: 'user' }, [place.many ? await listed(place.path, preset.id, on) : on ? { op: 'set', path: place.path, value: preset.id } : { op: 'unset', path: place.path }])
}
async function listed(path: string, id: string, on: boolean): Promise<{ op: 'set'; path: string; value: string[] }> {
  const { values } = await readEffective({ type: 'user' })
  const others = (Array.isArray(values[path]) ? values[path] : []).filter((one) => one !== id)
  return { op: 'set', path, value: on ? [...others, id] : others }
}
