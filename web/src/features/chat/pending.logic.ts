import type { Role } from './chat.types'
import type { ChatState } from './fold.state'

/** A message this page has sent. It stands at the end until its fact arrives; nothing else here is shown before it is true. */
export interface Pending {
  key: string
  text: string
  /** `waiting`: nothing answered; it is sent again, with the same key, when the server is back. */
  status: 'sending' | 'waiting' | 'refused'
  /** Known once the server has taken it. */
  message_id?: string
  /** When it was first tried: only for so long the server knows its key. */
  tried_at?: number
  /** Why it was refused, in words. */
  reason?: string
  /** The leaf when it was sent: only what comes after can be it. */
  after: string | null
  connection?: string
  nudge?: string
  /** Who says it, when it is not the person. */
  as?: { role: Role; name?: string; character_id?: string }
  /** The character of a group who shall answer. */
  member?: string
  /** false: it is only written down. */
  reply?: false
}

/** Pending messages without those that have arrived. */
export function settled(pending: Pending[], state: ChatState): Pending[] {
  if (!pending.length) return pending
  const left = pending.filter((one) => !(one.message_id && state.messages[one.message_id]))
  return left.length === pending.length ? pending : left
}

/** A key for one sending. `crypto.randomUUID` exists only in secure contexts, and a phone on the LAN is in none. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The pending messages still to show: one whose fact came before its answer is shown once. */
export function unseen(pending: readonly Pending[], state: Pick<ChatState, 'path' | 'messages'>): Pending[] {
  return pending.filter((one) => {
    if (one.status !== 'sending') return true
    const younger = state.path.slice(one.after === null ? 0 : state.path.indexOf(one.after) + 1)
    const role = one.as?.role ?? 'user'
    return !younger.some((id) => state.messages[id]?.role === role && state.messages[id].text.trim() === one.text.trim())
  })
}
