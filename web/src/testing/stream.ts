import { vi } from 'vitest'
import { StreamClient, type Frame, type LineState, type StreamOptions } from '@sdk/streaming-client'

export const encoder = new TextEncoder()

/** A server in memory: knows all frames, obeys Last-Event-ID, drops the line where it is told to. */
export class FakeServer {
  requests: { url: string; method: string; lastId: string | null }[] = []
  sessions = 0
  sockets: { url: URL; said: string[] }[] = []
  answers: (() => Response | Promise<Response>)[] = []

  constructor(readonly frames: { id: string; event: string; data: unknown }[], readonly drops: number[] = []) {}

  fetch: typeof fetch = async (input, init) => {
    const url = String(input)
    const headers = new Headers(init?.headers)
    this.requests.push({ url, method: init?.method ?? 'GET', lastId: headers.get('Last-Event-ID') })
    if (init?.method === 'DELETE') return new Response(null, { status: 204 })
    if (init?.method === 'POST') return this.session()
    const scripted = url.includes('/poll') ? undefined : this.answers.shift()
    if (scripted) return scripted()
    const after = headers.get('Last-Event-ID') ?? new URL(url, 'http://t').searchParams.get('after')
    if (url.includes('/poll')) return this.poll(this.after(after), url.includes('wait=0'), init?.signal)
    return new Response(this.line(this.after(after), this.drops.shift(), init?.signal), { status: 200 })
  }

  private session() {
    this.sessions += 1
    return Response.json({ id: `s${this.sessions}`, conversation_id: 'c', position: 0, url: `/api/stream/s${this.sessions}` }, { status: 201 })
  }

  after(id: string | null) {
    const at = this.frames.findIndex((frame) => frame.id === id)
    return this.frames.slice(at + 1)
  }

  private poll(frames: FakeServer['frames'], atOnce: boolean, signal?: AbortSignal | null) {
    if (frames.length || atOnce) return Response.json(frames)
    return new Promise<Response>((_, refuse) => signal?.addEventListener('abort', () => refuse(new DOMException('gone', 'AbortError'))))
  }

  private line(frames: FakeServer['frames'], drop = frames.length, signal?: AbortSignal | null) {
    const last = drop >= frames.length
    return new ReadableStream<Uint8Array>({
      start(controller) {
        signal?.addEventListener('abort', () => { try { controller.error(new DOMException('gone', 'AbortError')) } catch { /* closed */ } })
        for (const { id, event, data } of frames.slice(0, drop)) {
          const text = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
          for (let i = 0; i < text.length; i += 7) controller.enqueue(encoder.encode(text.slice(i, i + 7)))
        }
        if (last) return
        controller.enqueue(encoder.encode('id: torn\nevent: message\ndata: {"type":"to'))
        controller.close()
      },
    })
  }
}

export const events = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: String(i + 1), event: 'message', data: { type: 'event', position: i + 1, kind: 'x' } }))

/** A socket to the server in memory: it tells what comes after the position, or is refused. */
export function socketTo(server: FakeServer, { refused = false } = {}) {
  return class {
    onopen?: () => void
    onmessage?: (event: { data: string }) => void
    onclose?: () => void
    said: string[] = []
    constructor(readonly url: URL) {
      server.sockets.push(this)
      setTimeout(() => (refused ? this.onclose?.() : this.open()), 1)
    }

    private open() {
      this.onopen?.()
      for (const frame of server.after(this.url.searchParams.get('after'))) this.onmessage?.({ data: JSON.stringify(frame) })
    }

    send(text: string) { this.said.push(text) }
    close() { setTimeout(() => this.onclose?.()) }
  } as unknown as typeof WebSocket
}
export const silence = () => new Response(new ReadableStream<Uint8Array>({ start: () => undefined }))

const clients: StreamClient[] = []
export function follow(server: FakeServer, options: Partial<StreamOptions> = {}) {
  const frames: Frame[] = []
  const states: LineState[] = []
  const client = new StreamClient({
    conversationId: 'c', fetch: server.fetch, random: () => 0, WebSocket: socketTo(server, { refused: true }),
    onFrame: (frame) => frames.push(frame), onState: (state) => states.push(state), ...options,
  })
  clients.push(client.start())
  return { client, frames, states }
}
export const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

/** For the hooks of a file: time is ours, and every client is hung up. */
export function begin(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
}

export function end(): void {
  clients.splice(0).forEach((client) => client.stop())
  vi.useRealTimers()
}
