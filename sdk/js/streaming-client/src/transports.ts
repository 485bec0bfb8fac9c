import { deliveryOf, type Delivery } from './frames'
import { LineError, refusalOf, type Door, type Session } from './session'
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

export type Transport = 'sse' | 'ws' | 'poll'
export type Ears = LineEars & {
  onOpen: () => void
  /** A way to say something back; only a WebSocket has one. */
  onVoice?: (say: (text: string) => void) => void
}

/** This way does not lead through: a socket was refused before it opened. The session may be well. */
export class WayBlocked extends Error {}

function address({ door, session, cursor }: Line, suffix = '', more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ after: cursor.lastId ?? String(cursor.after), ...more })
  const path = session.url.split('?')[0] ?? session.url
  return `${door.base}${path}${suffix}?${query}`
}

/** Server-sent events. `Last-Event-ID` beats `?after=`, so both may be sent. */
export async function* overSse(line: Line, ears: Ears): AsyncGenerator<Delivery> {
  const { door, cursor, signal } = line
  const resume: Record<string, string> = cursor.lastId === null ? {} : { 'Last-Event-ID': cursor.lastId }
  const headers = { Accept: 'text/event-stream', ...resume, ...door.headers('GET') }
  const response = await door.fetch(address(line), { headers, signal, credentials: 'same-origin', cache: 'no-store' })
  if (!response.ok) throw await refusalOf(response)
  ears.onOpen()
  yield* readFrames(response, ears, signal)
}

/** So much may wait for a reader that is busy; beyond it the line is cut and resumes by position. */
const WAITING_MAX = 20_000

/** One WebSocket; its browser says only that it was refused, never why: another way will be told. */
export async function* overSocket(line: Line, ears: Ears): AsyncGenerator<Delivery> {
  const { door, signal } = line
  const target = new URL(address(line, '/ws'), globalThis.location?.href)
  target.protocol = target.protocol.replace('http', 'ws')
  const socket = new door.WebSocket!(target)
  const waiting: Delivery[] = []
  let opened = false
  let ended = false
  let wake: () => void = () => undefined
  const end = () => ((ended = true), wake())
  socket.onopen = () => {
    opened = true
    ears.onOpen()
    ears.onBytes?.()
    ears.onVoice?.((text) => socket.send(text))
  }
  socket.onmessage = ({ data }) => {
    ears.onBytes?.()
    const delivery = deliveryOf(parsed(data))
    if (delivery) waiting.push(delivery)
    if (waiting.length > WAITING_MAX) socket.close()
    wake()
  }
  socket.onclose = socket.onerror = end
  signal.addEventListener('abort', end, { once: true })
  try {
    for (;;) {
      yield* waiting.splice(0)
      if (ended) break
      if (!waiting.length) await new Promise<void>((resolve) => (wake = resolve))
    }
    if (!opened && !signal.aborted) throw new WayBlocked()
  } finally {
    socket.close()
  }
}

function parsed(data: unknown): unknown {
  try {
    return JSON.parse(String(data))
  } catch {
    return null
  }
}

export const POLL_SECONDS = 25

/** One question: what there is to tell, at the latest after `wait` seconds. */
export async function ask(line: Line, wait: number): Promise<Delivery[]> {
  const { door, signal } = line
  const target = address(line, '/poll', { wait: String(wait) })
  const response = await door.fetch(target, { headers: door.headers('GET'), signal, credentials: 'same-origin', cache: 'no-store' })
  if (!response.ok) throw await refusalOf(response)
  const items: unknown = await response.json().catch(() => null)
  // A page of a proxy or of a café's door is no answer of ours.
  if (!Array.isArray(items)) throw new LineError(0, 'not_an_answer')
  return items.map(deliveryOf).filter((delivery) => delivery !== null)
}

/** Long polling, for networks whose proxies hold a stream back until it ends. */
export async function* overPoll(line: Line, ears: Ears): AsyncGenerator<Delivery> {
  // The first answer comes at once, so that the page knows that the way is open.
  for (let wait = 0; ; wait = POLL_SECONDS) {
    const told = await ask(line, wait)
    ears.onOpen()
    ears.onBytes?.()
    yield* told
  }
}

export const TRANSPORTS = { sse: overSse, ws: overSocket, poll: overPoll } as const
