import { expect, it } from 'vitest'
import { message } from './harness'
import { languageOf } from './html.logic'
import { readTail, reaches } from './pages.logic'
import { settled, unseen, type Pending } from './pending.logic'
import { emptyState, replaceTail } from './fold.logic'
import { rowsOf, swipeStep } from './rows.logic'
import { ancestry, gistOf, segmentsOf, treeOf, type TimelineItem } from './why.logic'

const path = (...messages: ReturnType<typeof message>[]) =>
  [messages.map((one) => one.id), Object.fromEntries(messages.map((one) => [one.id, one]))] as const

it('puts what was posted during a reply into the tray', () => {
  const rows = rowsOf(...path(
    message('r', { status: 'streaming' }), message('u', { role: 'user', text: 'Next', task_id: 't' }), message('q', { status: 'queued', task_id: 't' }),
  ))
  expect(rows.shown.map((one) => one.id)).toEqual(['r'])
  expect(rows.waiting).toMatchObject([{ id: 'u', text: 'Next', task_id: 't' }])
})

it('keeps a reply that only waits for its turn in the log', () => {
  const rows = rowsOf(...path(message('u', { role: 'user' }), message('q', { status: 'queued' })))
  expect([rows.shown.length, rows.running?.id]).toEqual([2, 'q'])
})

it('swipes within the versions, writes beyond the last, and stops before the first', () => {
  const one = message('m', { variant: { id: 'v', index: 1, count: 2 } })
  expect([swipeStep(one, -1), swipeStep(one, 1)]).toEqual([{ to: 0 }, 'write'])
  expect(swipeStep(message('m'), -1)).toBeNull()
  expect(swipeStep(message('m', { parent_id: null }), 1)).toBeNull()
})

it('reads pages upwards until they join what still holds', async () => {
  const all = Array.from({ length: 9 }, (_, i) => message(`m${i}`))
  const state = { ...replaceTail(emptyState('c'), all, false), stale: { from: 'm3' } }
  const asked: (string | undefined)[] = []
  const read = async (before?: string) => {
    asked.push(before)
    const end = before ? all.findIndex((one) => one.id === before) : all.length
    return { items: all.slice(Math.max(0, end - 3), end), next_cursor: end > 3 ? 'x' : null }
  }
  const tail = await readTail(state, read)
  expect(tail.items[0]?.id).toBe('m3')
  expect(asked).toEqual([undefined, 'm6'])
  expect(reaches({ path: state.path, stale: null }, [])).toBe(true)
})

it('shows a pending message until its fact arrives, and never beside it', () => {
  const one: Pending = { key: 'k', text: 'Hello', status: 'sending', after: 'a' }
  const before = replaceTail(emptyState('c'), [message('a', { role: 'user', text: 'Hello' })], false)
  const after = replaceTail(before, [message('a', { role: 'user', text: 'Hello' }), message('b', { role: 'user', text: 'Hello' })], false)
  expect(unseen([one], before)).toHaveLength(1)
  expect(unseen([one], after)).toHaveLength(0)
  expect(settled([{ ...one, message_id: 'b' }], after)).toEqual([])
})

const event = (id: string, position: number, cause: string | null, kind = 'x.y'): TimelineItem =>
  ({ id, position, seq: position, kind, ts: '2026-11-21T20:00:00Z', actor: 'user:u', origin: 'web', cause, payload: {} })

it('hangs each event below what caused it, in the order of time', () => {
  const rows = treeOf([event('c', 3, 'a'), event('a', 1, 'elsewhere'), event('b', 2, 'a'), event('d', 4, 'b')])
  expect(rows.map(({ event: { id }, depth, parent }) => [id, depth, parent])).toEqual([['a', 0, -1], ['b', 1, 0], ['d', 2, 1], ['c', 1, 0]])
  expect([...ancestry(rows, 2)]).toEqual([2, 1, 0])
})

it('tells an event in one line', () => {
  expect(gistOf({ ...event('a', 1, null, 'plan.made'), payload: { plan: { prompt_tokens: 5, context_tokens: 9 } } })).toBe('5 / 9')
  expect(gistOf({ ...event('a', 1, null, 'completion.done'), payload: { text: 'Said.' } })).toBe('Said.')
})

it('draws the parts of a prompt as shares of the context', () => {
  const part = (source: string, tokens: number) => ({ id: source, source, tokens, title: '', role: 'system', text: '' })
  const plan = { context_tokens: 200, budget_tokens: 150, prompt_tokens: 100, reply_tokens: 50, parts: [part('main', 60), part('history', 40)], cut: [], messages: [] }
  expect(segmentsOf(plan).map((one) => one.share)).toEqual([30, 20, 25])
})

it.each([['你来了，坐。', 'en', 'zh-CN'], ['Hello', 'en', undefined], ['Hello', 'zh-CN', 'en'], ['こんにちは', 'zh-CN', 'ja']])(
  'reads %s on a page in %s as %s', (text, page, expected) => expect(languageOf(text, page)).toBe(expected),
)
