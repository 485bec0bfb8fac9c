/** How messages look where scripts have a say about what is shown.
 *
 * The stored text is what is edited, copied and searched; a look is only what stands in the log. It belongs to the very
 * text it was made of: another text, another look. Scripts that count depths look again at the newest messages whenever
 * one is added.
 */
import type { Message } from './chat.types'
import { RUNNING } from './fold.state'

export interface Look {
  /** What it was made of. */
  raw: string
  /** null: as it is stored. */
  text: string | null
  reasoning: string | null
  /** The newest message when it was made. */
  end: string | null
  /** Still shown, and to be asked for again. */
  old: boolean
}

export interface Wanting {
  path: readonly string[]
  messages: Readonly<Record<string, Message>>
  look: (variantId: string) => Look | undefined
  /** So many of the newest messages may look different when another is added. */
  near: number
  /** The path goes on below what is loaded. */
  hasNewer: boolean
}

/** The server takes so many at once, and they must stand near each other. */
export const ASKED_MAX = 200

/** The newest message that counts: one that is being written has no text to count yet. */
export const endOf = (path: readonly string[], messages: Wanting['messages']): string | null =>
  path.findLast((id) => messages[id] && !RUNNING.has(messages[id].status)) ?? null

/** The messages whose look is not known, or known of another text or time, in the order of the story. */
export function wanting({ path, messages, look, near, hasNewer }: Wanting): Message[] {
  const end = endOf(path, messages)
  const firstNear = hasNewer ? path.length : path.length - near
  return path.flatMap((id, at) => {
    const message = messages[id]
    if (!message || RUNNING.has(message.status) || (!message.text && !message.reasoning)) return []
    const known = look(message.variant.id)
    const good = known && !known.old && known.raw === message.text && (at < firstNear || known.end === end)
    return good ? [] : [message]
  })
}

export function inParts<T>(all: readonly T[], size = ASKED_MAX): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))
}
