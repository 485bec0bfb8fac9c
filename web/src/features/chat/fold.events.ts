/** What each fact of a conversation does to what is shown. One row for a kind; a kind without a row changes nothing. */
import type { EventFrame, Message, Role, Status, Usage } from './chat.types'
import type { ChatState } from './fold.state'
import { chain, change, cutAfter, widen, withMessage, without } from './fold.tools'

type Payload = Record<string, unknown>
type Rule = (state: ChatState, payload: Payload, event: EventFrame) => ChatState

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const idOf = (payload: Payload): string => text(payload.message_id)
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null)

interface AddedVariant {
  id: string
  text: string
  kind?: string
  model?: string | null
  reasoning?: string | null
}

function messageAdded(state: ChatState, payload: Payload, event: EventFrame): ChatState {
  if (state.messages[idOf(payload)]) return state
  const variants = (payload.variants as AddedVariant[] | undefined) ?? []
  const index = number(payload.selected) ?? 0
  const shown = variants[index] ?? variants[0]
  const at = number(payload.at)
  const message: Message = {
    id: idOf(payload), parent_id: (payload.parent_id as string | null) ?? null, role: payload.role as Role,
    name: text(payload.name), text: shown?.text ?? '', status: payload.status as Status, hidden: payload.hidden === true,
    variant: { id: shown?.id ?? '', index, count: Math.max(1, variants.length), kind: shown?.kind },
    created_at: at === null ? event.ts : new Date(at).toISOString(), version: 1, edited: false, branches: 0,
    character_id: payload.character_id as string | null, task_id: (payload.task_id as string | null) ?? null,
    model: shown?.model, reasoning: shown?.reasoning,
  }
  return grow(withMessage(state, message), message, payload.parent_variant_id as string | null)
}

/** Puts a new leaf on the path; below a variant that is not shown, or a message that is not loaded, the pages must tell. */
function grow(state: ChatState, message: Message, parentVariant: string | null): ChatState {
  const parent = message.parent_id
  if (parent === null) return { ...state, path: [message.id], hasOlder: false, hasNewer: false, below: 0 }
  const shown = state.messages[parent]
  if (!shown || !state.path.includes(parent)) {
    if (state.hasNewer) return { ...state, below: state.below + 1 }
    // A message in the trash stands above: the new one hangs on it unseen.
    return widen({ ...state, path: [...state.path, message.id] }, state.path.at(-1) ?? null)
  }
  const more = { ...shown, branches: (shown.branches ?? 0) + 1 }
  const cut = cutAfter(withMessage(state, more), parent)
  const grown = { ...cut, path: [...cut.path, message.id] }
  return parentVariant && parentVariant !== shown.variant.id ? widen(grown, parent) : grown
}

const emptied = { reasoning: null, model: null, finish: null, error: null, tokens_out: null, edited: false, usage: null, cost: null, fallbacks: [], nudge: null } as const

/** A message that is not loaded became the end of the path. It may stand above all that is shown. */
const elsewhere = (state: ChatState): ChatState => (state.hasOlder ? widen(state, null) : state)

function variantAdded(state: ChatState, payload: Payload): ChatState {
  const message = state.messages[idOf(payload)]
  if (!message) return elsewhere(state)
  if (message.variant.id === payload.variant_id) return state
  const { count } = message.variant
  // A text somebody kept beside the one shown: only the count tells of it.
  if (payload.selects === false) return change(state, message.id, { variant: { ...message.variant, count: count + 1 } })
  const variant = { id: text(payload.variant_id), index: count, count: count + 1, kind: text(payload.kind) }
  const next = change(state, message.id, {
    ...emptied, text: text(payload.text), variant, status: payload.status as Status, task_id: (payload.task_id as string | null) ?? null, branches: 0,
  })
  return cutAfter(next, message.id)
}

function variantSelected(state: ChatState, payload: Payload): ChatState {
  const message = state.messages[idOf(payload)]
  const leaf = payload.leaf_id as string | null
  if (!message || !state.path.includes(message.id)) return widen(state, null)
  const known = state.variants[text(payload.variant_id)]
  if (!known) return message.variant.id === payload.variant_id ? state : widen(state, message.id)
  const variant = { ...known.variant, count: message.variant.count }
  const shown = withMessage(state, { ...known, version: message.version + 1, hidden: message.hidden, variant })
  const cut = cutAfter(shown, message.id)
  if (leaf === null || leaf === message.id) return cut
  // The messages known below are shown at once; which of their variants this path shows, only the pages can say.
  return widen({ ...cut, path: [...cut.path, ...(chain(cut, message.id, leaf) ?? [])] }, message.id)
}

function messageEdited(state: ChatState, payload: Payload): ChatState {
  const message = state.messages[idOf(payload)]
  if (!message || message.variant.id !== payload.variant_id) return change(state, idOf(payload), {})
  return change(state, message.id, { text: text(payload.text), edited: true })
}

function messageDeleted(state: ChatState, payload: Payload): ChatState {
  const at = state.path.indexOf(idOf(payload))
  if (at < 0) return payload.following ? moved(change(state, idOf(payload), {}), payload.leaf_id) : change(state, idOf(payload), {})
  const changed = change(state, idOf(payload), {})
  if (!payload.following) return { ...changed, path: changed.path.filter((id) => id !== idOf(payload)) }
  return moved({ ...changed, path: changed.path.slice(0, at) }, payload.leaf_id)
}

/** Several messages at once; each alone, what follows them stays. */
function messagesChanged(state: ChatState, payload: Payload): ChatState {
  const ids = (payload.message_ids as string[] | undefined) ?? []
  if (payload.action === 'restore') return widen(state, null)
  const gone = new Set(payload.action === 'delete' ? ids : [])
  const hidden = payload.action === 'hide'
  const changed = ids.reduce((next, id) => change(next, id, gone.has(id) ? {} : { hidden }), state)
  return gone.size ? { ...changed, path: changed.path.filter((id) => !gone.has(id)) } : changed
}

/** A mark is the reader's own: the message itself is no newer for it. */
function marked(bookmark: (payload: Payload) => Message['bookmark']): Rule {
  return (state, payload) => {
    const message = state.messages[idOf(payload)]
    return message ? withMessage(state, { ...message, bookmark: bookmark(payload) }) : state
  }
}

/** The conversation now ends at `leaf`. */
function moved(state: ChatState, leaf: unknown): ChatState {
  if (typeof leaf !== 'string') return leaf === null && state.path.length ? widen(state, null) : state
  if (state.path.at(-1) === leaf) return state
  return state.path.includes(leaf) ? cutAfter(state, leaf) : widen(state, null)
}

function leafSelected(state: ChatState, payload: Payload): ChatState {
  const leaf = payload.message_id as string | null
  if (leaf === null) return { ...state, path: [], hasOlder: false, hasNewer: false, below: 0 }
  const next = moved(state, leaf)
  const variant = payload.variant_id as string | null
  return variant && state.messages[leaf]?.variant.id !== variant ? widen(next, leaf) : next
}

const started: Rule = (state, payload) => {
  const message = state.messages[idOf(payload)]
  const late = message?.task_id === payload.task_id && message?.status !== 'queued' && message?.status !== 'streaming'
  if (!message || message.variant.id !== payload.variant_id || late) return state
  return change(state, message.id, { status: 'streaming', task_id: text(payload.task_id), error: null, finish: null })
}

const queued: Rule = (state, payload) => {
  const message = state.messages[idOf(payload)]
  if (message?.variant.id !== payload.variant_id) return state
  return change(without(state, text(payload.variant_id)), idOf(payload), { status: 'queued', task_id: text(payload.task_id), error: null })
}

function ended(status: Status): Rule {
  return (state, payload) => {
    const variantId = text(payload.variant_id)
    const usage = payload.usage as Usage | null
    const base = state.messages[idOf(payload)]?.variant.id === variantId ? state.messages[idOf(payload)] : state.variants[variantId]
    const next = without(state, variantId)
    if (!base) return next
    const told = {
      ...base, loading: null, status, text: text(payload.text) || state.drafts[variantId]?.text || base.text, task_id: text(payload.task_id),
      reasoning: (payload.reasoning as string | null) ?? null, model: (payload.model as string | null) ?? base.model,
      finish: text(payload.finish) || null, tokens_out: usage?.completion_tokens ?? null, usage: usage ?? null, version: base.version + 1,
      connection: text(payload.connection) || (base.connection ?? null), cost: (payload.cost as Message['cost']) ?? null,
      fallbacks: (payload.fallbacks as Message['fallbacks']) ?? [],
      error: status === 'failed' ? { code: text(payload.code), detail: text(payload.detail) } : null,
    }
    const asked = { ...blank, ...state.asked, prompt_tokens: state.asked?.prompt_tokens ?? usage?.prompt_tokens ?? null, model: told.model ?? null }
    const current = state.messages[idOf(payload)]?.variant.id === variantId
    return { ...(current ? withMessage(next, told) : { ...next, variants: { ...next.variants, [variantId]: told } }), asked }
  }
}

const blank = { prompt_tokens: null, context_tokens: null, model: null }

const planned: Rule = (state, payload) => {
  const plan = (payload.plan ?? payload) as Payload
  const told = { prompt_tokens: number(plan.prompt_tokens), context_tokens: number(plan.context_tokens) }
  return { ...state, asked: { ...blank, ...state.asked, ...told } }
}

const flag = (hidden: boolean): Rule => (state, payload) => change(state, idOf(payload), { hidden })

export const RULES: Readonly<Record<string, Rule>> = {
  'conversation.renamed': (state, payload) => ({ ...state, title: text(payload.title) }),
  'conversation.deleted': (state) => ({ ...state, deleted: true }),
  'conversation.restored': (state) => ({ ...state, deleted: false }),
  'message.added': messageAdded,
  'message.edited': messageEdited,
  'message.deleted': messageDeleted,
  'message.restored': (state, payload) => widen(state, state.messages[idOf(payload)]?.parent_id ?? null),
  'message.hidden': flag(true),
  'message.shown': flag(false),
  'messages.changed': messagesChanged,
  'bookmark.set': marked((payload) => ({ label: text(payload.label) || null })),
  'bookmark.removed': marked(() => null),
  'variant.added': variantAdded,
  'variant.selected': variantSelected,
  'variant.continued': queued,
  'leaf.selected': leafSelected,
  'branch.created': (state, payload) => (payload.copy ? state : leafSelected(state, payload)),
  'completion.started': started,
  'completion.requeued': queued,
  'task.waiting': (state, payload) => change(state, text(payload.reply_message_id), { loading: text(payload.connection) || null }),
  'completion.done': ended('complete'),
  'completion.interrupted': ended('interrupted'),
  'completion.failed': ended('failed'),
  'plan.made': planned,
  'route.chosen': (state, payload) => ({ ...state, asked: { ...blank, ...state.asked, model: text(payload.model) || null } }),
}

/** Facts after which something else can be undone. */
export const CHANGES = /^(messages?|variant|leaf|branch|change|conversation|bookmark)\./
