import { describe, expect, it } from 'vitest'
import type { EventFrame, MessagePage } from './chat.types'
import { monthsOf } from './days.logic'
import { likeness, wordsCompared } from './diff.logic'
import { append, apply, emptyState, prepend, trim, turnTo, type ChatState } from './fold.logic'
import { message } from './harness'
import { honest } from './history.logic'
import { hitsIn, patternOf } from './hits.logic'
import type { TreeNode } from './log.types'
import { extended, inOrder, SELECTED_MAX, toggled } from './selection.logic'
import { countOf, rowsOfTree } from './tree.logic'

const page = (ids: string[], more: Partial<MessagePage> = {}): MessagePage =>
  ({ items: ids.map((id, at) => message(id, { parent_id: ids[at - 1] ?? 'root' })), next_cursor: null, newer_cursor: null, ...more })
const far = () => turnTo(emptyState('c', 5), page(['c', 'd'], { next_cursor: 'c', newer_cursor: 'd' }))
let position = 10
const event = (kind: string, payload: Record<string, unknown>): EventFrame =>
  ({ type: 'event', position: ++position, seq: position, id: `e${position}`, kind, ts: '2026-11-21T20:00:00Z', actor: 'user:u', origin: 'web', payload })
const said = (id: string, parent: string) => event('message.added', {
  message_id: id, parent_id: parent, parent_variant_id: `${parent}v`, role: 'user', name: 'You', status: 'complete', variants: [{ id: `${id}v`, text: id }], task_id: null,
})

describe('a window on the path', () => {
  it('grows at both ends until both are reached', () => {
    const up = prepend(far(), page(['a', 'b']))
    const all = append(up, page(['e', 'f']))
    expect([all.path.join(''), all.hasOlder, all.hasNewer]).toEqual(['abcdef', false, false])
  })

  it('counts what is said below it, and shows none of it', () => {
    const state = [said('y', 'x'), said('z', 'y')].reduce(apply, far())
    expect([state.path.join(''), state.below, state.stale]).toEqual(['cd', 2, null])
    expect(append(state, page(['x', 'y', 'z'])).below).toBe(0)
  })

  it('ends where a message is said inside it', () => {
    const state = apply(far(), said('n', 'c'))
    expect([state.path.join(''), state.hasNewer]).toEqual(['cn', false])
  })

  it('lets go of the end that did not grow, and can read it again', () => {
    const state = trim(prepend(far(), page(['a', 'b'])), 'older', 3)
    expect([state.path.join(''), state.hasNewer, state.messages.d]).toEqual(['abc', true, undefined])
    expect(trim(append(far(), page(['e', 'f'])), 'newer', 3)).toMatchObject({ path: ['d', 'e', 'f'], hasOlder: true })
  })

  it('is read anew when another version of something above it is asked for', () => {
    const state = apply(far(), event('variant.added', { message_id: 'above', variant_id: 'v2', status: 'queued', kind: 'swipe', task_id: 't' }))
    expect(state.stale).toEqual({ from: null })
  })

  it('does not believe a page to reach the newest when more came while it was read', () => {
    const [before, now] = [far(), apply(far(), said('z', 'x'))]
    expect(honest(page(['e']), before, now).newer_cursor).toBe('e')
    expect(honest(page([]), before, now).newer_cursor).toBe('d')
    expect(honest(page(['e']), now, now).newer_cursor).toBeNull()
  })
})

describe('many messages at once', () => {
  const loaded = (): ChatState => turnTo(emptyState('c', 5), page(['a', 'b', 'c', 'd']))
  it.each([
    ['delete', 'ad', [false, false]], ['hide', 'abcd', [true, true]], ['show', 'abcd', [false, false]],
  ])('%s', (action, path, hidden) => {
    const state = apply(loaded(), event('messages.changed', { action, message_ids: ['b', 'c'] }))
    expect([state.path.join(''), [state.messages.b!.hidden, state.messages.c!.hidden]]).toEqual([path, hidden])
  })

  it('are read again where they stood when they are brought back', () => {
    expect(apply(loaded(), event('messages.changed', { action: 'restore', message_ids: ['x'] })).stale).toEqual({ from: null })
  })

  it('carry their bookmarks, which make no message newer', () => {
    const marked = apply(loaded(), event('bookmark.set', { message_id: 'b', label: 'Here', was: null }))
    expect([marked.messages.b!.bookmark, marked.messages.b!.version]).toEqual([{ label: 'Here' }, 1])
    expect(apply(marked, event('bookmark.removed', { message_id: 'b', was: 'Here' })).messages.b!.bookmark).toBeNull()
  })

  it('keep a text beside the one that is shown', () => {
    const state = apply(loaded(), event('variant.added', { message_id: 'b', variant_id: 'n', kind: 'written', status: 'complete', text: 'Mine', selects: false, task_id: null }))
    expect([state.messages.b!.text, state.messages.b!.variant.count, state.path.length]).toEqual(['Text of b.', 2, 4])
  })
})

describe('choosing', () => {
  const path = ['a', 'b', 'c', 'd']
  it('takes all between two, whichever way', () => {
    expect([...extended(new Set(['c']), { from: 'c', to: 'a', path })].sort()).toEqual(['a', 'b', 'c'])
    expect([...extended(new Set(), { from: 'gone', to: 'b', path })]).toEqual(['b'])
    expect(inOrder(new Set(['d', 'a', 'gone']), path)).toEqual(['a', 'd'])
  })
  it('stops at as many as the server changes at once', () => {
    const long = Array.from({ length: SELECTED_MAX + 5 }, (_, at) => `m${at}`)
    const chosen = extended(new Set(), { from: 'm0', to: long.at(-1)!, path: long })
    expect([chosen.size, toggled(chosen, 'another').size, toggled(chosen, 'm0').size]).toEqual([SELECTED_MAX, SELECTED_MAX, SELECTED_MAX - 1])
  })
})

const node = (id: string, parent_id: string | null, active = false, run = 1): TreeNode =>
  ({ id, parent_id, role: 'user', name: 'You', text: id, variants: 1, depth: 0, run, first_id: `${id}1`, last_id: id, active })

it('draws the line that is read straight down, and what branches off beside it', () => {
  const nodes = [node('a', null, true, 4), node('b', 'a', true), node('c', 'a'), node('d', 'c'), node('e', 'c')]
  const rows = rowsOfTree(nodes)
  expect(rows.map(({ node: { id }, lane, parent, leaf }) => [id, lane, parent, leaf])).toEqual([
    ['a', 0, -1, 'b'], ['c', 1, 0, 'e'], ['d', 2, 1, 'd'], ['e', 1, 1, 'e'], ['b', 0, 0, 'b'],
  ])
  expect(countOf(nodes)).toEqual({ messages: 8, endings: 3 })
})

it('lays the days out as calendars, newest month first', () => {
  const day = (name: string, count: number) => ({ day: name, message_id: name, count })
  const [november, october] = monthsOf([day('2026-11-21', 9), day('2026-11-02', 3), day('2026-10-31', 1)], 1)
  expect([november!.key, october!.key, november!.weeks.length]).toEqual(['2026-11', '2026-10', 6])
  expect(november!.weeks[0]!.map((cell) => cell?.number ?? 0)).toEqual([0, 0, 0, 0, 0, 0, 1])
  const found = november!.weeks.flat().filter((cell) => cell?.found)
  expect(found.map((cell) => [cell!.number, cell!.heat])).toEqual([[2, 1], [21, 3]])
})

it('compares two texts word by word, in Chinese too', async () => {
  const pieces = await wordsCompared('The kettle sings of rope.', 'The kettle sings of salt.', 'en')
  expect(pieces!.filter((piece) => piece.kind !== 'same').map((piece) => [piece.kind, piece.text.trim()])).toEqual([['removed', 'rope'], ['added', 'salt']])
  const chinese = await wordsCompared('你来了，请坐。', '你来了，请走。', 'zh-CN')
  expect(chinese!.find((piece) => piece.kind === 'same')!.text).toContain('你来了')
  expect([likeness(pieces!) > 0.7, likeness([])]).toEqual([true, true].map((yes, at) => (at ? 1 : yes)))
})

it('finds the words of a search, quotations whole, and nothing for nothing', () => {
  const element = document.createElement('div')
  element.innerHTML = '<p>The Lantern and <em>the lantern</em> keeper.</p>'
  expect(hitsIn(element, 'lantern').map(String)).toEqual(['Lantern', 'lantern'])
  expect(hitsIn(element, '"the lantern" keep*').map(String)).toEqual(['The Lantern', 'the lantern', 'keep'])
  expect([patternOf('  '), hitsIn(element, 'a(b').length]).toEqual([null, 0])
})
