import type { RouteLocationRaw } from 'vue-router'
import type { Hit } from './search.api'

/** Where a hit is opened: a message in its conversation, with what stands around it. */
export function placeOf(hit: Pick<Hit, 'kind' | 'id' | 'conversation_id'>): RouteLocationRaw {
  if (hit.kind === 'character') return { name: 'character', params: { id: hit.id } }
  if (hit.kind === 'conversation') return { name: 'chat', params: { conversationId: hit.id } }
  return { name: 'message', params: { conversationId: hit.conversation_id!, messageId: hit.id } }
}

/** The moment a day begins here; `later` days after it. */
export function dayStart(day: string, later = 0): string | undefined {
  const at = new Date(`${day}T00:00`)
  if (Number.isNaN(at.getTime())) return undefined
  at.setDate(at.getDate() + later)
  return at.toISOString()
}
