import { expect, it } from 'vitest'
import { goalOf, holding } from './go.logic'
import { message } from './harness'

const now = new Date(2026, 10, 21, 15, 30)
const day = (year: number, month: number, date: number) => ({ kind: 'moment', at: new Date(year, month - 1, date).toISOString() })

it.each([
  ['last', { kind: 'end' }], ['最后', { kind: 'end' }], ['first', { kind: 'moment', at: new Date(0).toISOString() }],
  ['today', day(2026, 11, 21)], ['昨天', day(2026, 11, 20)], ['2026-11-02', day(2026, 11, 2)], ['11/20', day(2026, 11, 20)],
  ['12-24', day(2025, 12, 24)], ['2026年3月1日', day(2026, 3, 1)], ['2-31', { kind: 'words', words: '2-31' }],
  ['0198a5f2-0000-7000-8000-000000000001', { kind: 'message', id: '0198a5f2-0000-7000-8000-000000000001' }],
  ['the Lantern', { kind: 'words', words: 'the Lantern' }],
])('/go %s', (written, goal) => expect(goalOf(written, now)).toEqual(goal))

it('finds the newest message with the words', () => {
  const all = [message('a', { text: 'A Lantern' }), message('b', { text: 'the lantern' }), message('c')]
  expect(holding(all, 'LANTERN')?.id).toBe('b')
  expect(holding(all, 'moon')).toBeUndefined()
})
