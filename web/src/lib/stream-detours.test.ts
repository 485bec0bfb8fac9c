import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { begin, encoder, end, events, FakeServer, follow, settle, silence, socketTo } from '@/testing/stream'

beforeEach(begin)
afterEach(end)

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
