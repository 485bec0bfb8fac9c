import type { Message } from './chat.types'
import { RUNNING } from './fold.state'

/** A message that waits while another reply is being written. */
export interface Waiting {
  id: string
  text: string
  /** Of the reply it waits for; cancelling it takes the message back. null: nothing answers it. */
  task_id: string | null
  message: Message
}

export interface Rows {
  shown: Message[]
  waiting: Waiting[]
  /** The reply that is being written or comes next. */
  running: Message | null
}

/** What stands in the log, and what waits in the tray: all that follows the first unfinished reply. */
export function rowsOf(path: readonly string[], messages: Readonly<Record<string, Message>>): Rows {
  const all = path.flatMap((id) => messages[id] ?? [])
  const streaming = all.findIndex((message) => message.status === 'streaming')
  const at = streaming >= 0 ? streaming : all.findIndex((message) => RUNNING.has(message.status))
  if (at < 0) return { shown: all, waiting: [], running: null }
  const rest = all.slice(at + 1)
  const waits = rest.length > 0 && rest.some((message) => message.status === 'queued')
  if (!waits) return { shown: all, waiting: [], running: all[at]! }
  return { shown: all.slice(0, at + 1), waiting: waitingOf(rest), running: all[at]! }
}

function waitingOf(rest: readonly Message[]): Waiting[] {
  return rest.flatMap((message, index) => {
    // A reply that has ended stands on its own; what people said waits with what answers it.
    if (message.status !== 'complete' || (message.role !== 'user' && message.task_id)) return []
    const next = rest[index + 1]
    const answered = next && RUNNING.has(next.status) ? next.task_id : null
    return [{ id: message.id, text: message.text, task_id: answered ?? message.task_id ?? null, message }]
  })
}

/** Which end of a swipe is reached, and whether going on writes a new version. */
export function swipeStep(message: Message, by: 1 | -1): { to: number } | 'write' | null {
  const to = message.variant.index + by
  if (to < 0) return null
  if (to < message.variant.count) return { to }
  // A greeting comes from the card; there is nothing to answer anew.
  return message.role === 'character' && message.parent_id !== null ? 'write' : null
}

export const canContinue = (message: Message): boolean => message.role !== 'system' && message.text !== '' && !RUNNING.has(message.status)
