import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { StreamClient, type Frame, type LineState, type StreamOptions } from '@sdk/streaming-client'

const encoder = new TextEncoder()

/** A server in memory: knows all frames, obeys Last-Event-ID, drops the line where it is told to. */
class FakeServer {
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

const events = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: String(i + 1), event: 'message', data: { type: 'event', position: i + 1, kind: 'x' } }))

/** A socket to the server in memory: it tells what comes after the position, or is refused. */
function socketTo(server: FakeServer, { refused = false } = {}) {
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
const silence = () => new Response(new ReadableStream<Uint8Array>({ start: () => undefined }))

const clients: StreamClient[] = []
function follow(server: FakeServer, options: Partial<StreamOptions> = {}) {
  const frames: Frame[] = []
  const states: LineState[] = []
  const client = new StreamClient({
    conversationId: 'c', fetch: server.fetch, random: () => 0, WebSocket: socketTo(server, { refused: true }),
    onFrame: (frame) => frames.push(frame), onState: (state) => states.push(state), ...options,
  })
  clients.push(client.start())
  return { client, frames, states }
}
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => {
  clients.splice(0).forEach((client) => client.stop())
  vi.useRealTimers()
})

it('hands out every frame once, in order, though the line breaks twice', async () => {
  const server = new FakeServer(events(31), [9, 13])
  const { frames, states } = follow(server)
  await settle(5000)
  expect(frames.map((frame) => 'position' in frame && frame.position)).toEqual(Array.from({ length: 31 }, (_, i) => i + 1))
  expect(server.requests.filter((r) => r.method === 'GET').map((r) => r.lastId)).toEqual([null, '9', '22'])
  expect(states).toEqual(['connecting', 'live', 'reconnecting', 'live', 'reconnecting', 'live'])
})

it.each([401, 403, 422])('ends when the server answers %i', async (status) => {
  const server = new FakeServer([])
  server.answers = [() => Response.json({ code: 'no' }, { status })]
  const { client } = follow(server)
  await settle(60_000)
  expect(client.state).toBe('ended')
  expect(server.requests).toHaveLength(2)
})

it('makes a new session when the old one is gone, and goes on after the same frame', async () => {
  const server = new FakeServer(events(6), [3])
  server.answers = []
  const { frames } = follow(server)
  await settle(100)
  server.answers = [() => Response.json({}, { status: 410 })]
  await settle(10_000)
  expect(server.sessions).toBe(2)
  expect(frames).toHaveLength(6)
})

it('ends when the conversation itself is gone', async () => {
  const { client } = follow(new FakeServer([]), { fetch: async () => Response.json({ code: 'not_found' }, { status: 404 }) })
  await settle(10_000)
  expect(client.state).toBe('ended')
})

it('keeps trying through errors of the server with growing waits', async () => {
  const server = new FakeServer(events(1))
  server.answers = Array.from({ length: 3 }, () => () => new Response('', { status: 503 }))
  const { client, frames } = follow(server)
  await settle(1400)
  expect(frames).toHaveLength(0)
  await settle(5000)
  expect([client.state, frames.length]).toEqual(['live', 1])
})

it('obeys the wait the server asks for', async () => {
  const server = new FakeServer(events(2))
  server.answers = [() => new Response('retry: 9000\n\n')]
  const { frames } = follow(server)
  await settle(4000)
  expect(frames).toHaveLength(0)
  await settle(1000)
  expect(frames).toHaveLength(2)
})

it('replaces a line that went silent', async () => {
  const server = new FakeServer(events(2))
  follow(server)
  await settle(44_000)
  expect(server.requests.filter((r) => r.method === 'GET')).toHaveLength(1)
  await settle(3000)
  expect(server.requests.filter((r) => r.method === 'GET')).toHaveLength(2)
})

it('takes a socket when an opened stream brings nothing, and says so', async () => {
  const server = new FakeServer(events(2))
  server.answers = [silence]
  const onTransport = vi.fn()
  const { client, frames } = follow(server, { WebSocket: socketTo(server), onTransport })
  await settle(9000)
  expect([client.transport, client.state, frames.length]).toEqual(['ws', 'live', 2])
  expect(server.sockets[0]!.url.href).toMatch(/^ws:.*\/api\/stream\/s1\/ws\?after=0$/)
  expect(onTransport.mock.calls).toEqual([['ws']])
})

it('polls when the socket is refused too', async () => {
  const server = new FakeServer(events(2))
  server.answers = [silence]
  const { client, frames } = follow(server)
  await settle(9000)
  expect([client.transport, client.state, frames.length, server.sockets.length]).toEqual(['poll', 'live', 2, 1])
})

it('doubts a stream that falls silent twice although heartbeats are due', async () => {
  const server = new FakeServer([])
  const opening = () => new Response(new ReadableStream<Uint8Array>({ start: (line) => line.enqueue(encoder.encode('retry: 1000\n\n')) }))
  server.answers = [opening, opening]
  const { client } = follow(server, { WebSocket: socketTo(server) })
  await settle(50_000)
  expect(client.transport).toBe('sse')
  await settle(48_000)
  expect(client.transport).toBe('ws')
})

it('blames no way while nothing at all goes through', async () => {
  const server = new FakeServer(events(1))
  const lost = (signal?: AbortSignal | null) => new Promise<Response>((_, refuse) => signal?.addEventListener('abort', () => refuse(new Error('gone'))))
  const { client } = follow(server, { fetch: (input, init) => (init?.method === 'POST' ? server.fetch(input, init) : lost(init?.signal)) })
  await settle(30_000)
  expect([client.transport, client.state]).toEqual(['sse', 'reconnecting'])
})

it('begins with the way that worked before, and goes on by position through it', async () => {
  const server = new FakeServer(events(5))
  const { client, frames } = follow(server, { transport: 'ws', WebSocket: socketTo(server) })
  await settle(100)
  client.reconnect()
  await settle(2000)
  expect(frames).toHaveLength(5)
  expect(server.sockets.map(({ url }) => url.searchParams.get('after'))).toEqual(['0', '5'])
})

it('stops a reply through the socket, or by a request where there is none', async () => {
  const server = new FakeServer([])
  const { client } = follow(server, { transport: 'ws', WebSocket: socketTo(server) })
  await settle(100)
  await client.interrupt('task-1')
  expect(server.sockets[0]!.said).toEqual(['{"interrupt":"task-1"}'])
  const other = follow(server).client
  await settle(100)
  await other.interrupt('task-2')
  expect(server.requests.at(-1)).toMatchObject({ method: 'POST', url: '/api/stream/s2/interrupt' })
})

it('takes no socket with a key: a browser sends none along', async () => {
  const server = new FakeServer(events(1))
  server.answers = [silence]
  const { client } = follow(server, { headers: () => ({ Authorization: 'Bearer k' }), WebSocket: socketTo(server) })
  await settle(9000)
  expect([client.transport, server.sockets.length]).toEqual(['poll', 0])
})

it('asks again for what follows after a rewind', async () => {
  const server = new FakeServer(events(4))
  const seen: number[] = []
  const { client } = follow(server, { onFrame: (frame) => {
    if (frame.type !== 'event') return
    seen.push(frame.position)
    if (frame.position === 3 && seen.length === 3) client.rewind('1')
  } })
  await settle(3000)
  expect(seen).toEqual([1, 2, 3, 2, 3, 4])
})

it('comes back at once when the network does', async () => {
  const server = new FakeServer(events(1))
  const { client, states } = follow(server)
  await settle()
  window.dispatchEvent(new Event('offline'))
  await settle()
  expect(client.state).toBe('offline')
  window.dispatchEvent(new Event('online'))
  await settle(600)
  expect(states.slice(-3)).toEqual(['offline', 'reconnecting', 'live'])
})

it('lets the server forget the session when it is stopped', async () => {
  const server = new FakeServer([])
  const { client } = follow(server)
  await settle()
  client.stop()
  expect(server.requests.at(-1)).toMatchObject({ method: 'DELETE', url: '/api/stream/sessions/s1' })
})
