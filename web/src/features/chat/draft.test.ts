import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { decided, exchanged, heard, joined, merge, nothingWritten, unsaved, type KeptDraft } from './draft.logic'
import { useDrafts } from './drafts.store'
import { fakeServer } from './harness'

const noon = Date.parse('2026-11-21T12:00:00Z')
const here = (text: string, agreed = '', at = noon): KeptDraft => ({ text, agreed, at })
const there = (text: string, time = '12:00') => ({ text, updated_at: `2026-11-21T${time}:00Z` })

describe('two devices', () => {
  it('are content when they say the same', () => expect(merge(here('a'), there('a'))).toEqual(here('a', 'a')))
  it('take what the other one wrote, when nothing was written here', () => expect(merge(here('', ''), there('b'))).toMatchObject({ text: 'b', agreed: 'b' }))
  it('take an emptied text too: it was sent there', () => expect(merge(here('a', 'a'), null)).toMatchObject({ text: '', agreed: '' }))
  it('keep what was written here, when nothing was written there', () => {
    const kept = merge(here('ab', 'a'), there('a'))
    expect(kept).toMatchObject({ text: 'ab', agreed: 'a' })
    expect(unsaved(kept)).toBe(true)
  })
  it('show the newer and offer the older', () => {
    expect(merge(here('mine', 'was'), there('theirs', '11:59'))).toMatchObject({ text: 'mine', other: 'theirs', agreed: 'theirs' })
    expect(merge(here('mine', 'was'), there('theirs', '12:01'))).toMatchObject({ text: 'theirs', other: 'mine', agreed: 'theirs' })
  })
  it('offer nothing when one text goes on where the other ends', () => {
    expect(merge(here('Hello you', 'Hel'), there('Hello'))).toMatchObject({ text: 'Hello you' })
    expect(merge(here('Hello', 'Hel'), there('Hello you'))).toEqual({ ...here('Hello you', 'Hello you') })
    expect(merge(here('mine', 'was'), null).other).toBeUndefined()
  })
  it('never lose a second text that lost', () => {
    const once = merge(here('one', 'was'), there('two', '11:00'))
    expect(merge({ ...once, text: 'one more' }, there('three', '11:30')).other).toBe('two\n\nthree')
  })
  it('keep what is being typed when another page writes, and offer that', () => {
    const mine = heard(here('mine', 'was'), there('theirs', '12:01'), { typing: true })
    expect(mine).toMatchObject({ text: 'mine', other: 'theirs', agreed: 'theirs' })
    expect(heard(mine, there('theirs', '12:02'), { typing: true }).other).toBe('theirs')
    expect(heard(here('Hello you', 'Hel'), there('Hello'), { typing: true }).other).toBeUndefined()
    expect(heard(here('was', 'was'), there('theirs', '12:01'), { typing: false })).toEqual(here('theirs', 'theirs'))
    expect(heard(here('sent', 'sent'), null, { typing: true })).toEqual(here('', ''))
    expect(heard(here('sent, and more', 'sent'), null, { typing: true }).text).toBe('sent, and more')
  })
  it('follow a text both had, that goes on and is sent over there', () => {
    const longer = heard(here('Hello', 'Hello'), there('Hello you', '12:01'), { typing: true })
    expect(longer).toMatchObject({ text: 'Hello you', agreed: 'Hello you' })
    expect(heard(longer, null, { typing: true }).text).toBe('')
    const mine = heard(here('mine', 'was'), there('theirs', '12:01'), { typing: true })
    expect(heard(mine, null, { typing: true })).toMatchObject({ text: 'mine', other: undefined })
  })
  it('take, join or dismiss the other text', () => {
    const kept = { ...here('mine'), other: 'theirs' }
    expect(exchanged(kept, 1)).toMatchObject({ text: 'theirs', other: 'mine' })
    expect(joined(kept, 1)).toMatchObject({ text: 'mine\n\ntheirs', other: undefined })
    expect(decided(kept)).toMatchObject({ text: 'mine', other: undefined })
  })
})

describe('the server', () => {
  const server = { text: '', updated_at: '2026-11-21T00:00:00Z', answers: true }
  const calls = () => fakeServer({
    'GET /api/conversations/c': () => ({ json: { draft: server.text ? { text: server.text, updated_at: server.updated_at } : null } }),
    'PUT /api/conversations/c/draft': ({ body }) => {
      if (!server.answers) return { status: 503, json: {} }
      server.text = body.text as string
      return { json: null }
    },
  })
  beforeEach(() => { setActivePinia(createPinia()); Object.assign(server, { text: '', answers: true }) })

  it('is told what was written', async () => {
    calls()
    const drafts = useDrafts()
    drafts.write('c', 'Once upon')
    await drafts.sync('c')
    expect(server.text).toBe('Once upon')
    expect(drafts.of('c')).toMatchObject({ text: 'Once upon', agreed: 'Once upon' })
  })
  it('is told again later, when it did not answer', async () => {
    calls()
    server.answers = false
    const drafts = useDrafts()
    drafts.write('c', 'Once upon')
    await drafts.sync('c')
    expect(drafts.unsaved('c')).toBe(true)
    server.answers = true
    await drafts.sync('c')
    expect([drafts.unsaved('c'), server.text]).toEqual([false, 'Once upon'])
  })
  it('keeps letters that were typed while it was told', async () => {
    calls()
    const drafts = useDrafts()
    drafts.write('c', 'Once')
    const telling = drafts.sync('c')
    await Promise.resolve()
    drafts.write('c', 'Once upon')
    await telling
    expect(drafts.of('c').text).toBe('Once upon')
    await drafts.sync('c')
    expect(server.text).toBe('Once upon')
  })
  it('moves a text to a second device and empties both', async () => {
    calls()
    const phone = useDrafts()
    phone.write('c', 'From the bus')
    await phone.sync('c')
    localStorage.clear()
    setActivePinia(createPinia())
    const desk = useDrafts()
    await desk.sync('c')
    expect(desk.of('c').text).toBe('From the bus')
    desk.write('c', '')
    await desk.sync('c')
    expect(server.text).toBe('')
    await phone.sync('c')
    expect(phone.of('c').text).toBe('')
  })
  it('survives a page that kept the bare text', () => {
    localStorage.setItem('tavern.draft.c', JSON.stringify('old words'))
    expect(useDrafts().of('c')).toEqual({ ...nothingWritten, text: 'old words' })
  })
})
