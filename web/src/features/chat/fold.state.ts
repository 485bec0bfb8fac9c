import type { Message } from './chat.types'

/** A reply being written. `length` counts the code points of `text`, as offsets do. */
export interface Draft {
  task_id: string
  message_id: string
  text: string
  length: number
}

/** What is shown cannot be told from the frames alone: read the pages again, down to this message (null: all of them). */
export interface Stale {
  from: string | null
}

/** A piece of a reply is missing: the line must be asked again from here. */
export interface Hole {
  variant_id: string
  position: number
  offset: number
}

/** What a reply was asked with, for the line under the composer. */
export interface Asked {
  prompt_tokens: number | null
  context_tokens: number | null
  model: string | null
}

export interface ChatState {
  readonly conversationId: string
  /** Of the last fact folded in; facts up to it are skipped. */
  readonly position: number
  /** null: not told by a frame yet. */
  readonly title: string | null
  readonly deleted: boolean
  /** All messages known, on the path or not. */
  readonly messages: Readonly<Record<string, Message>>
  /** Every variant seen, as it was shown last: going back to one needs no request. */
  readonly variants: Readonly<Record<string, Message>>
  /** The part of the active path that is loaded, oldest first. */
  readonly path: readonly string[]
  readonly hasOlder: boolean
  /** The path goes on below what is loaded: the newest messages are not here. */
  readonly hasNewer: boolean
  /** Messages that came below what is loaded, since the newest was last in it. */
  readonly below: number
  /** By variant. */
  readonly drafts: Readonly<Record<string, Draft>>
  readonly stale: Stale | null
  readonly hole: Hole | null
  readonly asked: Asked | null
  /** Position of the last fact that changed what can be undone. */
  readonly changedAt: number
}

export function emptyState(conversationId: string, position = 0): ChatState {
  return {
    conversationId, position, title: null, deleted: false, messages: {}, variants: {}, path: [], hasOlder: false, hasNewer: false, below: 0,
    drafts: {}, stale: null, hole: null, asked: null, changedAt: 0,
  }
}

export const RUNNING: ReadonlySet<string> = new Set(['queued', 'streaming'])
