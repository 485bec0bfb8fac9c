import { describe, expect, it } from 'vitest'
import type { EventFrame, Frame, Message } from './chat.types'
import { apply, emptyState, prepend, replaceTail, type ChatState } from './fold.logic'

/** What the page shows of a message right now. */
const shownText = (state: ChatState, message: Message): string => state.drafts[message.variant.id]?.text ?? message.text

let position = 0
const event = (kind: string, payload: Record<string, unknown>): EventFrame => {
  position += 1
  return { type: 'event', position, seq: position, id: `e${position}`, kind, ts: '2026-11-21T20:00:00Z', actor: 'user:u', origin: 'web', payload }
}
const added = (id: string, parent: string | null, more: Record<string, unknown> = {}) =>
  event('message.added', {
    message_id: id, parent_id: parent, parent_variant_id: parent && `${parent}v`, role: 'user', name: 'You', status: 'complete',
    variants: [{ id: `${id}v`, text: `text of ${id}`, kind: 'original' }], task_id: null, ...more,
  })
const reply = (id: string, parent: string, task = `t${id}`) =>
  added(id, parent, { role: 'character', status: 'queued', task_id: task, variants: [{ id: `${id}v`, text: '', kind: 'original' }] })
const token = (id: string, offset: number, text: string, task = `t${id}`): Frame =>
  ({ type: 'token', task_id: task, message_id: id, variant_id: `${id}v`, offset, text })
const started = (id: string, task = `t${id}`) => event('completion.started', { message_id: id, variant_id: `${id}v`, task_id: task })
const done = (id: string, text: string, task = `t${id}`) =>
  event('completion.done', { message_id: id, variant_id: `${id}v`, task_id: task, text, finish: 'stop', model: 'm', usage: { prompt_tokens: 9, completion_tokens: 4 } })

const fold = (from: ChatState, frames: Frame[]) => frames.reduce(apply, from)
const opened = () => fold(emptyState('c'), [added('a', null), added('b', 'a'), reply('c', 'b')])

describe('a reply', () => {
  it('grows by its pieces, whatever was seen before', () => {
    const state = fold(opened(), [started('c'), token('c', 0, '雨夜'), token('c', 0, '雨夜🏮'), token('c', 2, '🏮 in'), token('c', 3, ' inn')])
    expect(shownText(state, state.messages.c!)).toBe('雨夜🏮 inn')
    expect(state.messages.c!.status).toBe('streaming')
  })

  it('tells a hole instead of joining wrong pieces', () => {
    const state = fold(opened(), [started('c'), token('c', 0, 'ab'), token('c', 5, 'f')])
    expect(state.hole).toMatchObject({ variant_id: 'cv', offset: 2 })
    expect(fold(state, [token('c', 2, 'cde')]).hole).toBeNull()
  })

  it('ends with the text of the fact', () => {
    const state = fold(opened(), [started('c'), token('c', 0, 'ab '), done('c', 'ab')])
    expect(state.messages.c).toMatchObject({ text: 'ab', status: 'complete', tokens_out: 4, model: 'm' })
    expect(state.drafts).toEqual({})
  })

  it('keeps what was written when it breaks', () => {
    const base = opened()
    const failed = () => event('completion.failed', { message_id: 'c', variant_id: 'cv', task_id: 'tc', text: '', code: 'upstream_cut', detail: 'cut' })
    const state = fold(base, [started('c'), token('c', 0, 'half'), failed()])
    expect(state.messages.c).toMatchObject({ text: 'half', status: 'failed', error: { code: 'upstream_cut' } })
  })

  it('is not begun again by pieces that come late', () => {
    const state = fold(opened(), [started('c'), done('c', 'all'), token('c', 0, 'al')])
    expect(shownText(state, state.messages.c!)).toBe('all')
  })

  it('that is continued keeps the text in front', () => {
    const base = opened()
    const more = event('variant.continued', { message_id: 'c', variant_id: 'cv', task_id: 't2', revision: 1 })
    const state = fold(base, [started('c'), done('c', 'One.'), more, started('c', 't2'), token('c', 4, ' Two.', 't2')])
    expect(shownText(state, state.messages.c!)).toBe('One. Two.')
  })

  it('tried again begins at the beginning', () => {
    const base = opened()
    const again = event('completion.requeued', { message_id: 'c', variant_id: 'cv', task_id: 't2' })
    const state = fold(base, [started('c'), token('c', 0, 'wrong'), again, started('c', 't2'), token('c', 0, 'ri', 't2'), token('c', 2, 'ght', 't2')])
    expect(shownText(state, state.messages.c!)).toBe('right')
  })

  it('joined in the middle takes the text of the page as its beginning', () => {
    const page = { ...opened().messages.c!, status: 'streaming' as const, text: 'Half of' }
    const state = fold(prepend(emptyState('c', 99), { items: [page], next_cursor: null }), [token('c', 0, 'Half'), token('c', 4, ' of it')])
    expect(shownText(state, state.messages.c!)).toBe('Half of it')
  })
})

describe('the path', () => {
  it('ends at a message that gets another variant', () => {
    const base = fold(opened(), [started('c'), done('c', 'first'), added('d', 'c')])
    const swiped = fold(base, [event('variant.added', { message_id: 'c', variant_id: 'c2', kind: 'swipe', task_id: 't9', status: 'queued' })])
    expect(swiped.path).toEqual(['a', 'b', 'c'])
    expect(swiped.messages.c!.variant).toMatchObject({ id: 'c2', index: 1, count: 2 })
    const back = fold(swiped, [event('variant.selected', { message_id: 'c', variant_id: 'cv', leaf_id: 'd' })])
    expect([back.messages.c!.text, back.messages.c!.variant.count]).toEqual(['first', 2])
    expect(back.path).toEqual(['a', 'b', 'c', 'd'])
    expect(back.stale).toEqual({ from: 'c' })
  })

  it('needs no page for a variant that was seen and has nothing below', () => {
    const base = fold(opened(), [started('c'), done('c', 'first'), event('variant.added', { message_id: 'c', variant_id: 'c2', kind: 'swipe', task_id: 't', status: 'queued' })])
    expect(fold(base, [event('variant.selected', { message_id: 'c', variant_id: 'cv', leaf_id: 'c' })]).stale).toBeNull()
  })

  it('asks the pages about a variant never seen', () => {
    expect(fold(opened(), [event('variant.selected', { message_id: 'a', variant_id: 'x', leaf_id: 'a' })]).stale).toEqual({ from: 'a' })
  })

  it('loses one deleted message, or all that follow it', () => {
    const base = opened()
    const one = event('message.deleted', { message_id: 'b', following: false, leaf_id: 'c' })
    expect(fold(base, [one]).path).toEqual(['a', 'c'])
    const rest = event('message.deleted', { message_id: 'b', following: true, leaf_id: 'a' })
    expect(fold(base, [rest])).toMatchObject({ path: ['a'], stale: null })
  })

  it('goes where a branch leads, and asks when that is not loaded', () => {
    const state = fold(opened(), [event('branch.created', { message_id: 'a', copy: false })])
    expect(state.path).toEqual(['a'])
    expect(fold(state, [event('leaf.selected', { message_id: 'zz' })]).stale).toEqual({ from: null })
    expect(fold(state, [event('leaf.selected', { message_id: null })]).path).toEqual([])
  })
})

it('joins a page below the messages that are loaded above it', () => {
  const message = (id: string): Message => ({ ...opened().messages.a!, id })
  const loaded = replaceTail(emptyState('c'), ['a', 'b', 'c'].map(message), true)
  expect(replaceTail(loaded, ['b', 'x'].map(message), true)).toMatchObject({ path: ['a', 'b', 'x'], hasOlder: true })
  expect(replaceTail(loaded, ['x', 'y'].map(message), false)).toMatchObject({ path: ['x', 'y'], hasOlder: false })
})

function chance(seed: number) {
  return () => {
    seed = (seed * 1664525 + 1013904223) >>> 0
    return seed / 2 ** 32
  }
}

/** The same reply cut into other pieces. */
function cut(id: string, text: string, random: () => number): Frame[] {
  const points = [...text]
  const frames: Frame[] = []
  for (let at = 0; at < points.length; ) {
    const size = 1 + Math.floor(random() * 6)
    frames.push(token(id, at, points.slice(at, at + size).join('')))
    at += size
  }
  return frames
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('lines that break, seed %i', (seed) => {
  it('end as the whole line does', () => {
    const random = chance(seed)
    position = 0
    const replies = ['The 🏮 swings. 「雨」 falls.', 'She waits, and waits.', 'é🙂 done']
    const acts: (() => Frame[])[] = []
    const fixed = (frame: Frame) => acts.push(() => [frame])
    fixed(added('m', null))
    replies.forEach((text, i) => {
      fixed(added(`u${i}`, i ? `r${i - 1}` : 'm'))
      fixed(reply(`r${i}`, `u${i}`))
      fixed(started(`r${i}`))
      acts.push(() => cut(`r${i}`, text, random))
      fixed(done(`r${i}`, text))
      if (i === 1) fixed(event('message.edited', { message_id: `r${i}`, variant_id: `r${i}v`, revision: 2, text: 'edited' }))
    })
    const whole = fold(emptyState('c'), acts.flatMap((act) => act()))
    let broken = emptyState('c')
    for (let heard = 0; heard < acts.length; ) {
      const from = Math.max(0, heard - Math.floor(random() * 4))
      const line = acts.slice(from, heard + 1 + Math.floor(random() * 4)).map((act) => act())
      const frames = line.flat().slice(0, Math.ceil(line.flat().length * random()) + 1)
      broken = fold(broken, frames)
      let left = frames.length
      heard = Math.max(heard, from + line.filter((act) => (left -= act.length) >= 0).length)
    }
    expect(broken).toEqual(whole)
    expect(Object.keys(whole.drafts)).toEqual([])
  })
})
