import type { FieldChange, Use } from './history.types'

const SHORT_MAX = 48

/** A value as people read it: texts as they are, lists of texts by commas, the rest as JSON. */
export function told(value: unknown): string {
  if (value == null) return ''
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((one) => ['string', 'number'].includes(typeof one))) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value)
}

/** Whether a change fits on one line. */
export const isShort = ({ before, after }: FieldChange): boolean =>
  [told(before), told(after)].every((text) => text.length <= SHORT_MAX && !text.includes('\n'))

/** Where a use leads; everybody's and one's own settings stand on the settings page. */
export function wayTo({ type, id }: Use): { name: string; params?: Record<string, string> } {
  const ways = {
    global: { name: 'settings', params: { section: 'replies' } }, user: { name: 'settings', params: { section: 'replies' } }, persona: { name: 'personas' },
    character: { name: 'character', params: { id } }, conversation: { name: 'chat', params: { conversationId: id } },
  }
  return ways[type]
}
