import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { useSession } from '@/lib/session'
import { fakeServer } from './harness'
import { emptyState } from './fold.state'
import { cutForKeeping, KEPT_MESSAGES_MAX } from './kept.logic'
import { answerOf, isDue, isUnsure, SURE_MS, type Pending } from './outbox.logic'
import { AGAIN_MS, useOutbox, WAITING_MAX } from './outbox.store'
import { message } from './harness'

const words = { line: () => 'no', unsure: () => 'unsure', full: () => 'full' }
const pending = (key: string, more: Partial<Pending> = {}): Pending => ({ key, text: `Text ${key}`, status: 'sending', after: null, ...more })
const POST = 'POST /v1/agent/messages'
const taken = (body: Record<string, unknown>) => ({ status: 202, json: { message_id: `m-${String(body.idempotency_key)}` } })

beforeEach(() => {
  setActivePinia(createPinia())
  Object.assign(useSession(), { user: { id: 'u', username: 'kim', role: 'owner' }, standing: 'signed-in' })
})
const settled = (check: () => void) => vi.waitFor(check, { timeout: 2000 })

it('sends messages of all chats in the order they were written, one at a time', async () => {
  let flying = 0
  const most = { at_once: 0 }
  const calls = fakeServer({ [POST]: ({ body }) => { most.at_once = Math.max(most.at_once, ++flying); flying -= 1; return taken(body) } })
  const outbox = useOutbox()
  for (const [chat, key] of [['a', '1'], ['b', '2'], ['a', '3']] as const) outbox.write(chat, pending(key), words)
  await settled(() => expect(calls.filter((call) => call.method === 'POST').map(({ body }) => body.idempotency_key)).toEqual(['1', '2', '3']))
  expect(most.at_once).toBe(1)
})

it('keeps what was taken only while its chat is open and its fact has not come', async () => {
  fakeServer({ [POST]: ({ body }) => taken(body) })
  const outbox = useOutbox()
  outbox.turnTo('a')
  outbox.write('a', pending('1'), words)
  outbox.write('b', pending('2'), words)
  await settled(() => expect(outbox.of('a')).toMatchObject([{ key: '1', message_id: 'm-1' }]))
  await settled(() => expect(outbox.of('b')).toEqual([]))
  outbox.turnTo('b')
  expect(outbox.entries).toEqual([])
})

it('waits while nobody answers, and goes on with the same keys', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let up = false
  const calls = fakeServer({ [POST]: ({ body }) => (up ? taken(body) : { status: 503, json: {} }) })
  const outbox = useOutbox()
  outbox.write('a', pending('1'), words)
  outbox.write('a', pending('2'), words)
  await settled(() => expect(outbox.of('a').map(({ status }) => status)).toEqual(['waiting', 'waiting']))
  expect(outbox.unsent).toBe(2)
  up = true
  await vi.advanceTimersByTimeAsync(AGAIN_MS)
  vi.useRealTimers()
  await settled(() => expect(outbox.entries).toEqual([]))
  expect(calls.filter((call) => call.method === 'POST').map(({ body }) => body.idempotency_key)).toEqual(['1', '1', '2'])
})

it('shows a refusal and sends what comes after it', async () => {
  fakeServer({ [POST]: ({ body }) => (body.idempotency_key === '1' ? { status: 422, json: { code: 'invalid_input' } } : taken(body)) })
  const outbox = useOutbox()
  outbox.write('a', pending('1'), words)
  outbox.write('a', pending('2'), words)
  await settled(() => expect(outbox.of('a')).toMatchObject([{ key: '1', status: 'refused', reason: 'no' }]))
})

it('asks before it sends again what may have arrived a day ago, and then as a new message', async () => {
  const calls = fakeServer({ [POST]: ({ body }) => taken(body) })
  const outbox = useOutbox()
  outbox.write('a', pending('1', { tried_at: Date.now() - SURE_MS - 1 }), words)
  await settled(() => expect(outbox.of('a')).toMatchObject([{ key: '1', status: 'refused', reason: 'unsure' }]))
  expect(calls.filter((call) => call.method === 'POST')).toEqual([])
  outbox.again('1', words)
  await settled(() => expect(outbox.entries).toEqual([]))
  expect(calls.at(-1)!.body.idempotency_key).not.toBe('1')
})

it('sends nothing in the name of somebody the server has not confirmed yet', async () => {
  const calls = fakeServer({ [POST]: ({ body }) => taken(body) })
  const outbox = useOutbox()
  useSession().asleep = true
  outbox.write('a', pending('1'), words)
  await settled(() => expect(outbox.of('a')[0]?.status).toBe('waiting'))
  expect(calls).toEqual([])
  useSession().asleep = false
  await outbox.sendAll(words)
  expect(calls).toHaveLength(1)
})

it('forgets one person\'s messages for the next', async () => {
  fakeServer({ [POST]: () => ({ status: 503, json: {} }) })
  const outbox = useOutbox()
  outbox.write('a', pending('1'), words)
  Object.assign(useSession(), { user: { id: 'other', username: 'lee', role: 'member' } })
  expect(outbox.entries).toEqual([])
})

it('takes no more than a device should send unseen', () => {
  fakeServer({ [POST]: () => ({ status: 503, json: {} }) })
  const outbox = useOutbox()
  for (let n = 0; n <= WAITING_MAX; n += 1) outbox.write('a', pending(String(n)), words)
  expect(outbox.of('a').at(-1)).toMatchObject({ status: 'refused', reason: 'full' })
})

it.each([[0, 'silent'], [503, 'silent'], [429, 'silent'], [401, 'silent'], [404, 'refused'], [409, 'refused'], [422, 'refused']] as const)(
  'takes %i for %s', (status, meaning) => expect(answerOf({ status })).toBe(meaning),
)

it('knows what is due and what nobody can be sure of', () => {
  expect(isDue({ conversation_id: 'a', at: 0, pending: pending('1', { message_id: 'm' }) })).toBe(false)
  expect(isDue({ conversation_id: 'a', at: 0, pending: pending('1', { status: 'waiting' }) })).toBe(true)
  expect(isUnsure(pending('1'), 1e15)).toBe(false)
})

it('keeps the newest messages of a chat, as a state to go on from', () => {
  const all = Array.from({ length: KEPT_MESSAGES_MAX + 5 }, (_, n) => message(`m${n}`))
  const state = {
    ...emptyState('c', 70), path: all.map(({ id }) => id), messages: Object.fromEntries(all.map((one) => [one.id, one])),
    drafts: { m1v: { task_id: 't', message_id: 'm1', text: 'half', length: 4 } },
  }
  const kept = cutForKeeping(state)!
  expect([kept.position, kept.path.length, kept.path[0], kept.hasOlder]).toEqual([70, KEPT_MESSAGES_MAX, 'm5', true])
  expect([Object.keys(kept.messages).length, kept.drafts]).toEqual([KEPT_MESSAGES_MAX, {}])
  expect(cutForKeeping({ ...state, hasNewer: true })).toBeNull()
  expect(structuredClone(kept)).toEqual(kept)
})
