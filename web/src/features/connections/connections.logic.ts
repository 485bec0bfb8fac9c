import type { Connection, ConnectionSettings, Found } from '@/api/shapes'
import type { ConnectionBody } from './connections.api'

/** What the form holds while a connection is written. */
export interface Draft {
  name: string
  kind: string
  base_url: string
  model: string
  /** What was typed; the stored key never comes back from the server. */
  key: string
  forgetKey: boolean
  settings: ConnectionSettings
}

export const settingsDefault: ConnectionSettings = { context_tokens: 8192, reply_tokens: 400, temperature: null }

export const emptyDraft = (kind = 'openai'): Draft =>
  ({ name: '', kind, base_url: '', model: '', key: '', forgetKey: false, settings: { ...settingsDefault } })

export const draftOf = (connection: Connection): Draft => ({
  ...emptyDraft(connection.kind), name: connection.name, base_url: connection.base_url ?? '', model: connection.model,
  settings: { ...settingsDefault, ...connection.settings },
})

export const draftFrom = (found: Found): Draft =>
  ({ ...emptyDraft(found.kind), name: found.name, base_url: found.base_url, model: found.models[0] ?? '' })

/** A name nobody has to think of: the host of the address, or the kind. */
export function nameOf(draft: Draft): string {
  if (draft.name.trim()) return draft.name.trim()
  if (draft.kind === 'demo') return 'Demo'
  try {
    return new URL(draft.base_url).host
  } catch {
    return draft.kind
  }
}

/** Only what was typed travels: an empty key field leaves the stored key alone. */
export function bodyOf(draft: Draft): ConnectionBody {
  const common = { name: nameOf(draft), kind: draft.kind, settings: draft.settings }
  if (draft.kind === 'demo') return { ...common, ...(draft.model ? { model: draft.model } : {}) }
  const key = draft.forgetKey ? { key: null } : draft.key ? { key: draft.key } : {}
  return { ...common, base_url: draft.base_url.trim(), model: draft.model.trim(), ...key }
}

/** What is still missing before it can be saved; `null` when nothing is. */
export function lacking(draft: Draft): 'base_url' | 'model' | null {
  if (draft.kind === 'demo') return null
  if (!/^https?:\/\/[^\s/]+/i.test(draft.base_url.trim())) return 'base_url'
  return draft.model.trim() ? null : 'model'
}
