import type { Connection, ConnectionSettings, Found, KnownModel, TestResult } from '@/api/shapes'
import type { ConnectionBody } from './connections.api'

export interface Kind {
  /** Where such a server usually listens. */
  address: string
  /** Whether one connects to it without naming a model. */
  oneModel?: boolean
  /** Whether messages become one text, by a template. */
  text?: boolean
}

/** The kinds of servers in the order they are offered. */
export const KINDS: Readonly<Record<string, Kind>> = {
  openai: { address: '' },
  anthropic: { address: 'https://api.anthropic.com/v1' },
  gemini: { address: 'https://generativelanguage.googleapis.com/v1beta' },
  ollama: { address: 'http://127.0.0.1:11434' },
  llamacpp: { address: 'http://127.0.0.1:8080', oneModel: true, text: true },
  koboldcpp: { address: 'http://127.0.0.1:5001', oneModel: true, text: true },
  text: { address: 'http://127.0.0.1:5000/v1', oneModel: true, text: true },
  demo: { address: '' },
}

export const TEMPLATES = ['chatml', 'llama3', 'mistral', 'alpaca', 'plain'] as const
/** Families of models that count alike, by the names people know them by. */
export const TOKEN_FAMILIES: Record<string, string> = {
  deepseek: 'DeepSeek', qwen: 'Qwen', 'qwen3.5': 'Qwen 3.5', llama3: 'Llama 3', llama4: 'Llama 4', tekken: 'Mistral Nemo', mistral: 'Mistral 7B', o200k: 'GPT-4o', cl100k: 'GPT-4',
}

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

export const settingsDefault: ConnectionSettings = { context_tokens: null, reply_tokens: 400, temperature: null, template: '', tokenizer: '', prices: null, fallbacks: [] }

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
  return draft.model.trim() || KINDS[draft.kind]?.oneModel ? null : 'model'
}

/** The draft for another kind: an address nobody typed becomes the usual one of that kind. */
export function asKind(draft: Draft, kind: string): Draft {
  const usual = Object.values(KINDS).some(({ address }) => address === draft.base_url)
  return { ...draft, kind, base_url: !draft.base_url || usual ? (KINDS[kind]?.address ?? '') : draft.base_url }
}

/** The order with one connection moved by a step; as it was where there is no such step. */
export function moved(order: readonly string[], id: string, by: -1 | 1): string[] {
  const from = order.indexOf(id)
  const to = from + by
  if (from < 0 || to < 0 || to >= order.length) return [...order]
  const next = [...order]
  next.splice(to, 0, ...next.splice(from, 1))
  return next
}

/** The models a test has found, described as far as the server does. */
export const knownOf = (result: Partial<Pick<TestResult, 'known' | 'models'>>): readonly KnownModel[] =>
  result.known ?? (result.models ?? []).map((id) => ({ id, context_tokens: null, usable_tokens: null, capabilities: [], template: null }))

/** What the server told of the model the draft names. */
export const aboutModel = (known: readonly KnownModel[], model: string): KnownModel | undefined =>
  known.find(({ id }) => id === model) ?? (known.length === 1 && !model ? known[0] : undefined)

export interface Prices { input_per_million: number; output_per_million: number; currency: string }

/** Prices are there as soon as one is typed, and gone when both are empty. */
export function withPrice(prices: Prices | null | undefined, change: Partial<Record<keyof Prices, number | string | null>>): Prices | null {
  const next = { input_per_million: 0, output_per_million: 0, currency: 'USD', ...prices, ...change }
  const amount = (value: number | string | null) => (typeof value === 'number' ? value : 0)
  const made = { input_per_million: amount(next.input_per_million), output_per_million: amount(next.output_per_million), currency: String(next.currency ?? 'USD').toUpperCase() }
  return made.input_per_million || made.output_per_million ? made : null
}

/** Money in words: small sums keep the digits that tell them apart. */
export function amountOf({ amount, currency }: { amount: string; currency: string }, locale: string): string {
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency, maximumSignificantDigits: 3 }).format(Number(amount))
  } catch {
    return `${amount} ${currency}`
  }
}
