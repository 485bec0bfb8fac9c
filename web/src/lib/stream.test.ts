import { afterEach, beforeEach, expect, it } from 'vitest'
import { begin, end, events, FakeServer, follow, settle } from '@/testing/stream'

beforeEach(begin)
afterEach(end)

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
