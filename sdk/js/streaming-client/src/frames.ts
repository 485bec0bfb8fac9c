/** The frames of a stream session, as one union. Shapes: docs/reference/stream.md. */

export interface Actor {
  kind?: string
  id?: string
  name?: string
}

/** One fact of the ledger as the timeline tells it. */
export interface EventFrame {
  type: 'event'
  position: number
  seq: number
  id: string
  kind: string
  ts: string
  actor: string | Actor
  origin: string
  cause?: string | null
  task_id?: string | null
  payload: Record<string, unknown>
}

/** A piece of a running reply. `offset` counts Unicode code points of the variant's text. */
export interface TokenFrame {
  type: 'token'
  task_id: string
  message_id: string
  variant_id: string
  offset: number
  text: string
}

export interface IdsFrame {
  type: 'ids'
  task_id: string
  message_id: string
  reply_message_id: string
  conversation_id: string
  position: number
}

export interface Usage {
  prompt_tokens?: number | null
  completion_tokens?: number | null
  total_tokens?: number | null
}

export interface CompleteFrame {
  type: 'complete'
  task_id: string
  message_id: string
  variant_id: string
  finish: 'stop' | 'length' | 'tool' | 'interrupted' | string
  usage?: Usage | null
  position: number
  text?: string | null
}

export interface ErrorFrame {
  type: 'error'
  task_id?: string | null
  code: string
  detail: string
  retryable: boolean
  position?: number | null
}

/** Something beside the conversation changed. It has no position: who was away reads again. */
export interface NewsFrame {
  type: 'news'
  about: 'config' | 'presets' | 'personas' | 'lorebooks' | 'characters' | 'connections' | 'draft' | string
  conversation_id?: string
  draft?: { text: string; updated_at: string } | null
  /** The page that wrote the draft, by the word it sent along. */
  page?: string | null
}

export interface HeartbeatFrame {
  type: 'heartbeat'
}

export type Frame = EventFrame | TokenFrame | IdsFrame | CompleteFrame | ErrorFrame | NewsFrame | HeartbeatFrame

/** One frame as it came over the wire, with the id to resume after. */
export interface Delivery {
  id?: string
  frame: Frame
}

const NAMED = new Set(['complete', 'error', 'news', 'heartbeat'])
const TYPED = new Set(['event', 'token', 'ids', 'complete', 'error', 'news', 'heartbeat'])

/** The frame a wire event carries, or null when it is of a kind this version does not know. */
export function frameOf(event: string | undefined, data: unknown): Frame | null {
  const body = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {}
  const type = event && NAMED.has(event) ? event : body.type
  return typeof type === 'string' && TYPED.has(type) ? ({ ...body, type } as unknown as Frame) : null
}

/** One element of the long poll's array: `{event, id, data}`, or the data itself. */
export function deliveryOf(item: unknown): Delivery | null {
  if (typeof item !== 'object' || item === null) return null
  const { event, id, data } = item as { event?: string; id?: string | number; data?: unknown }
  const frame = data === undefined ? frameOf(event, item) : frameOf(event, data)
  return frame && { frame, ...(id === undefined || id === null || frame.type === 'event' && data === undefined ? {} : { id: String(id) }) }
}
