import { deliveryOf, type Delivery } from './frames'
import { refusalOf, type Door, type Session } from './session'
import { readFrames, type LineEars } from './sse'

/** Where to go on: after the last id heard, or after a position when nothing was heard yet. */
export interface Cursor {
  lastId: string | null
  after: number
}

export interface Line {
  door: Door
  session: Session
  cursor: Cursor
  signal: AbortSignal
}

export type Transport = 'sse' | 'poll'

function address({ door, session, cursor }: Line, suffix = '', more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ after: cursor.lastId ?? String(cursor.after), ...more })
  const path = session.url.split('?')[0] ?? session.url
  return `${door.base}${path}${suffix}?${query}`
}

/** Server-sent events. `Last-Event-ID` beats `?after=`, so both may be sent. */
export async function* overSse(line: Line, ears: LineEars & { onOpen: () => void }): AsyncGenerator<Delivery> {
  const { door, cursor, signal } = line
  const resume: Record<string, string> = cursor.lastId === null ? {} : { 'Last-Event-ID': cursor.lastId }
  const headers = { Accept: 'text/event-stream', ...resume, ...door.headers('GET') }
  const response = await door.fetch(address(line), { headers, signal, credentials: 'same-origin', cache: 'no-store' })
  if (!response.ok) throw await refusalOf(response)
  ears.onOpen()
  yield* readFrames(response, ears, signal)
}

export const POLL_SECONDS = 25

/** Long polling, for networks whose proxies hold a stream back until it ends. */
export async function* overPoll(line: Line, ears: LineEars & { onOpen: () => void }): AsyncGenerator<Delivery> {
  const { door, signal } = line
  for (;;) {
    const target = address(line, '/poll', { wait: String(POLL_SECONDS) })
    const response = await door.fetch(target, { headers: door.headers('GET'), signal, credentials: 'same-origin', cache: 'no-store' })
    if (!response.ok) throw await refusalOf(response)
    ears.onOpen()
    ears.onBytes?.()
    for (const item of (await response.json()) as unknown[]) {
      const delivery = deliveryOf(item)
      if (delivery) yield delivery
    }
  }
}

export const TRANSPORTS = { sse: overSse, poll: overPoll } as const
