import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useChat } from './chat.store'
import { inParts, wanting, type Look } from './display.logic'
import { useDisplay } from './display.store'
import { fakeServer, message, mountInChat, type Call } from './harness'
import MessageRow from './components/MessageRow.vue'

const made = (raw: string, more: Partial<Look> = {}): Look => ({ raw, text: null, reasoning: null, end: 'c', old: false, ...more })
const three = { a: message('a'), b: message('b'), c: message('c') }

describe('what is asked for', () => {
  const of = (looks: Record<string, Look>, more = {}) =>
    wanting({ path: ['a', 'b', 'c'], messages: three, look: (id) => looks[id], near: 0, hasNewer: false, ...more }).map((one) => one.id)
  const known = { av: made('Text of a.'), bv: made('Text of b.'), cv: made('Text of c.') }

  it('is everything at first, and nothing twice', () => {
    expect(of({})).toEqual(['a', 'b', 'c'])
    expect(of(known)).toEqual([])
  })
  it('is a text that changed and one that is in doubt', () => expect(of({ ...known, av: made('Before.'), bv: made('Text of b.', { old: true }) })).toEqual(['a', 'b']))
  it('is never a reply that is being written', () => expect(of({}, { messages: { ...three, c: message('c', { status: 'streaming' }) } })).toEqual(['a', 'b']))
  it('is the newest once more where scripts count depths', () => {
    const before = { ...known, av: made('Text of a.', { end: 'b' }), bv: made('Text of b.', { end: 'b' }) }
    expect(of(before)).toEqual([])
    expect(of(before, { near: 2 })).toEqual(['b'])
    expect(of(before, { near: 2, hasNewer: true })).toEqual([])
  })
  it('comes in parts the server takes', () => expect(inParts([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]))
})

describe('the looks of a chat', () => {
  const DISPLAY = 'POST /api/conversations/c:display'
  const path = DISPLAY.slice(5)
  let asked: Call[]
  let say: { scripts: string | null; near: number; items: { message_id: string; text: string; reasoning: string | null }[] }
  beforeEach(() => {
    localStorage.clear()
    setActivePinia(createPinia())
    say = { scripts: 'one', near: 0, items: [{ message_id: 'b', text: 'Shown b.', reasoning: null }] }
    asked = fakeServer({ [DISPLAY]: () => ({ json: say }) })
    useChat().enter('c')
    useChat().begin(0, { items: [three.a, three.b], next_cursor: null })
  })
  const questions = () => asked.filter((call) => call.path === path).map((call) => call.body)

  it('come in one question for a page', async () => {
    const display = useDisplay()
    await display.again()
    expect(questions()).toEqual([{ newest: 0 }, { message_ids: ['a', 'b'] }])
    expect(display.of(three.b)?.text).toBe('Shown b.')
    expect(display.of(three.a)?.text).toBeNull()
    await display.fill()
    expect(questions()).toHaveLength(2)
  })
  it('are not asked for where no script has a say', async () => {
    say = { scripts: null, near: 0, items: [] }
    await useDisplay().again()
    await useDisplay().before('c', [three.c])
    expect(questions()).toEqual([{ newest: 0 }])
  })
  it('belong to the text they were made of', async () => {
    await useDisplay().again()
    expect(useDisplay().of({ ...three.b, text: 'Edited.' })).toBeUndefined()
  })
  it('stay while other scripts are asked', async () => {
    const display = useDisplay()
    await display.again()
    say = { scripts: 'two', near: 0, items: [{ message_id: 'b', text: 'Other b.', reasoning: null }] }
    const coming = display.again()
    expect(display.of(three.b)?.text).toBe('Shown b.')
    await coming
    expect(display.of(three.b)?.text).toBe('Other b.')
  })
  it('are gone when no script has a say any more', async () => {
    await useDisplay().again()
    say = { scripts: null, near: 0, items: [] }
    await useDisplay().again()
    expect(useDisplay().of(three.b)).toBeUndefined()
  })
  it('hold back a page only where scripts had a say lately', async () => {
    const display = useDisplay()
    await display.open('c', 60)([three.a, three.b])
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(display.of(three.b)?.text).toBe('Shown b.')
    say = { scripts: 'one', near: 0, items: [{ message_id: 'c', text: 'Shown c.', reasoning: null }] }
    await display.open('c', 60)([three.c])
    expect(display.of(three.c)?.text).toBe('Shown c.')
  })
})

describe('a message with a look', () => {
  it('shows it, and its editor the stored text', async () => {
    fakeServer({ 'POST /api/conversations/c:display': () => ({ json: { scripts: 'one', near: 0, items: [{ message_id: 'a', text: 'A *d\\*\\*\\** wolf.', reasoning: 'Hidden.' }] } }) })
    const view = await mountInChat(MessageRow, { props: { message: message('a', { reasoning: 'I thought.' }), last: true }, messages: [message('a', { reasoning: 'I thought.' })] })
    await useDisplay().again()
    expect(await view.findByText('d***')).toBeTruthy()
    expect(view.queryByText('Hidden.')).toBeTruthy()
    view.chat.editing = 'a'
    expect(await view.findByDisplayValue('Text of a.')).toBeTruthy()
  })
})
