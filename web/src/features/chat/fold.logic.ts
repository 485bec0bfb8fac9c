/** `state = apply(state, frame)`: the conversation's fold, the same as the server's.
 *
 * The theory: frames may come twice, and may tell what a page already told. A fact is known by its position, a piece of
 * text by its offset, and whatever was seen is skipped; so after a break the line may begin anywhere earlier. What the
 * tab itself did arrives the same way as what another tab did.
 */
import type { CompleteFrame, ErrorFrame, EventFrame, Frame, Message, MessagePage, Page, TokenFrame } from './chat.types'
import { CHANGES, RULES } from './fold.events'
import { RUNNING, type ChatState, type Draft } from './fold.state'
import { afterPoints, change, firstPoints, lengthOf, withMessage, without } from './fold.tools'

export { emptyState, RUNNING, type ChatState, type Draft, type Hole, type Stale } from './fold.state'

export function apply(state: ChatState, frame: Frame): ChatState {
  switch (frame.type) {
    case 'event': return applyEvent(state, frame)
    case 'token': return applyToken(state, frame)
    case 'complete': return applyComplete(state, frame)
    case 'error': return applyError(state, frame)
    default: return state
  }
}

function applyEvent(state: ChatState, event: EventFrame): ChatState {
  if (event.position <= state.position) return state
  const next = RULES[event.kind]?.(state, event.payload ?? {}, event) ?? state
  return { ...next, position: event.position, changedAt: CHANGES.test(event.kind) ? event.position : next.changedAt }
}

/** The message that shows this variant, or the last it was seen in. */
function holder(state: ChatState, messageId: string, variantId: string): Message | undefined {
  const message = state.messages[messageId]
  return message?.variant.id === variantId ? message : state.variants[variantId]
}

function applyToken(state: ChatState, frame: TokenFrame): ChatState {
  const message = holder(state, frame.message_id, frame.variant_id)
  if (!message || (message.task_id === frame.task_id && !RUNNING.has(message.status))) return state
  const draft = draftFor(state, frame, message)
  if (frame.offset > draft.length) {
    return { ...state, hole: { variant_id: frame.variant_id, position: state.position, offset: draft.length } }
  }
  const fresh = afterPoints(frame.text, draft.length - frame.offset)
  if (!fresh) return state
  const grown: Draft = { ...draft, text: draft.text + fresh, length: draft.length + lengthOf(fresh) }
  return { ...state, hole: null, drafts: { ...state.drafts, [frame.variant_id]: grown } }
}

/** What is known of the reply when a piece of it comes. Text of an earlier attempt counts only up to where this one begins. */
function draftFor(state: ChatState, frame: TokenFrame, message: Message): Draft {
  const known = state.drafts[frame.variant_id]
  if (known?.task_id === frame.task_id) return known
  const sameTask = message.task_id === frame.task_id && message.status === 'streaming'
  const text = sameTask ? message.text : firstPoints(message.text, frame.offset)
  return { task_id: frame.task_id, message_id: frame.message_id, text, length: lengthOf(text) }
}

function applyComplete(state: ChatState, frame: CompleteFrame): ChatState {
  const message = holder(state, frame.message_id, frame.variant_id)
  if (!message || message.task_id !== frame.task_id || !RUNNING.has(message.status)) return state
  const text = frame.text ?? state.drafts[frame.variant_id]?.text ?? message.text
  const status = frame.finish === 'interrupted' ? 'interrupted' : 'complete'
  const told = { ...message, text, status, finish: frame.finish, tokens_out: frame.usage?.completion_tokens ?? message.tokens_out } as const
  const next = without(state, frame.variant_id)
  return next.messages[message.id]?.variant.id === frame.variant_id
    ? withMessage(next, told)
    : { ...next, variants: { ...next.variants, [frame.variant_id]: told } }
}

/** The fact `completion.failed` says the same with more; this covers a task that failed before it had one. */
function applyError(state: ChatState, frame: ErrorFrame): ChatState {
  const message = Object.values(state.messages).find((one) => one.task_id === frame.task_id && RUNNING.has(one.status))
  if (!frame.task_id || !message) return state
  const text = state.drafts[message.variant.id]?.text || message.text
  const failed = change(state, message.id, { status: 'failed', text, error: { code: frame.code, detail: frame.detail } })
  return without(failed, message.variant.id)
}

/** Puts a page above what is loaded. */
export function prepend(state: ChatState, page: Page<Message>): ChatState {
  const known = new Set(state.path)
  const above = page.items.filter((item) => !known.has(item.id))
  return { ...learn(state, page.items), path: [...above.map((item) => item.id), ...state.path], hasOlder: page.next_cursor !== null }
}

/** Puts a page below what is loaded. */
export function append(state: ChatState, page: MessagePage): ChatState {
  const known = new Set(state.path)
  const fresh = page.items.filter((item) => !known.has(item.id))
  const hasNewer = Boolean(page.newer_cursor)
  return { ...learn(state, page.items), path: [...state.path, ...fresh.map((item) => item.id)], hasNewer, below: hasNewer ? state.below : 0 }
}

/** Turns to another part of the path: this page is all that is loaded. */
export function turnTo(state: ChatState, page: MessagePage): ChatState {
  const hasNewer = Boolean(page.newer_cursor)
  return {
    ...learn(state, page.items), path: page.items.map((item) => item.id), hasOlder: page.next_cursor !== null, hasNewer,
    below: hasNewer ? state.below : 0, stale: null,
  }
}

/** Lets go of what is farthest from the end that grew, so that reading through 10,000 messages holds only some of them. */
export function trim(state: ChatState, grew: 'older' | 'newer', most: number): ChatState {
  if (state.path.length <= most) return state
  const path = grew === 'older' ? state.path.slice(0, most) : state.path.slice(-most)
  const kept = new Set(path)
  const gone = new Set(state.path.filter((id) => !kept.has(id)))
  const keep = (all: Readonly<Record<string, Message>>) => Object.fromEntries(Object.entries(all).filter(([, one]) => !gone.has(one.id)))
  const ends = grew === 'older' ? { hasNewer: true } : { hasOlder: true }
  return { ...state, path, messages: keep(state.messages), variants: keep(state.variants), ...ends }
}

/** Replaces the end of the path by what pages told, newest page last; what is loaded above them stays when it still joins. */
export function replaceTail(state: ChatState, items: Message[], hasOlder: boolean): ChatState {
  const first = items[0]
  const at = first ? state.path.indexOf(first.id) : -1
  const above = at > 0 ? state.path.slice(0, at) : []
  const next = learn(state, items)
  return { ...next, path: [...above, ...items.map((item) => item.id)], hasOlder: above.length ? state.hasOlder : hasOlder, hasNewer: false, below: 0, stale: null }
}

/** Pages know more than frames did, except of a reply whose pieces are arriving. */
function learn(state: ChatState, items: readonly Message[]): ChatState {
  const messages = { ...state.messages }
  const variants = { ...state.variants }
  for (const item of items) messages[item.id] = variants[item.variant.id] = item
  const drafts = Object.fromEntries(Object.entries(state.drafts).filter(([id]) => !variants[id] || RUNNING.has(variants[id].status)))
  return { ...state, messages, variants, drafts }
}
