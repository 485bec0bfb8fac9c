import { fireEvent, screen, waitFor } from '@testing-library/vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { renderMarkdown } from '@/lib/markdown'
import { fakeServer, mountInChat } from '@/features/chat/harness'
import MessageText from '@/features/chat/components/MessageText.vue'
import { providePictures } from './composables/pictures'
import { addressOf, pictureHtml, type Stand, type Words } from './pictures.logic'

const URL_1 = 'https://example.org/a.png?x=1&y=2'
const TEXT = `She shows a map. ![a "map"](${URL_1})`
const words: Words = {
  from: (host) => `Picture from ${host}`, failed: (host) => `${host} failed.`, enlarge: (what) => `Enlarge: ${what}`, waiting: 'coming', forbidden: 'off', again: 'Again', there: 'There',
  deeds: [{ deed: 'show', label: 'Show' }, { deed: 'character', label: 'Always' }],
}
const drawn = (stand: Stand, more: { open?: boolean; text?: string } = {}) =>
  renderMarkdown(more.text ?? TEXT, { open: more.open, pictures: { key: '', html: (found) => pictureHtml(found, stand, words) } })

describe('a picture of another server', () => {
  it.each<Stand>([{ kind: 'asking' }, { kind: 'waiting' }, { kind: 'failed', why: 'Too slow.', framed: false }, { kind: 'forbidden' }])('is not asked for as $kind', (stand) => {
    const html = drawn(stand)
    expect(html).not.toContain('<img')
    expect(html).not.toMatch(/\bsrc=/)
  })

  it('offers its deeds, named by what they do and where', () => {
    const html = drawn({ kind: 'asking' })
    expect(html).toContain('Picture from example.org · a "map"')
    expect(html).toContain('data-deed="show" aria-label="Show: Picture from example.org · a &quot;map&quot;"')
    expect(html).toContain('data-deed="character"')
  })

  it('comes through our server alone, lazily, with its words', () => {
    const html = drawn({ kind: 'shown', src: addressOf({ type: 'conversation', id: 'c1' }, URL_1) })
    expect(html).toContain(`src="/api/pictures?url=${encodeURIComponent(URL_1)}&amp;conversation_id=c1"`)
    expect(html).toMatch(/alt="a &quot;map&quot;"|alt="a "map""/)
    expect(html).toContain('loading="lazy"')
    expect(html).not.toContain('src="https:')
  })

  it('keeps its place and asks for nothing while the text is still being written', () => {
    const html = drawn({ kind: 'shown', src: '/api/pictures?url=x' }, { open: true })
    expect(html).toContain('picture-frame')
    expect(html).not.toContain('<img')
  })

  it('cannot be dressed up by a text', () => {
    const html = drawn({ kind: 'asking' }, { text: '![x" onload="alert(1)](https://e.org/"><img/src=//evil>)\n\n<span data-deed="character" data-picture="y">z</span>' })
    const page = new DOMParser().parseFromString(html, 'text/html')
    expect([...page.querySelectorAll('*')].flatMap((one) => [...one.attributes]).filter(({ name }) => name.startsWith('on'))).toEqual([])
    expect(page.querySelectorAll('img, [data-picture="y"]').length).toBe(0)
    expect(page.querySelectorAll('[data-picture]').length).toBe(1)
  })
})

const told = (value: boolean, more: object = {}) => ({
  values: { '/chat/remote_pictures': value }, sources: {}, locked: [],
  layers: [{ scope: { type: 'character', id: 'ch' }, n: 0, values: {} }, { scope: { type: 'conversation', id: 'c' }, n: 0, values: {} }], ...more,
})
const Stage = defineComponent(() => {
  providePictures(() => ({ type: 'conversation', id: 'c' }), ref('Aria'))
  return () => h(MessageText, { text: TEXT, growing: false })
})
const picture = () => document.querySelector<HTMLImageElement>('.picture img')

describe('in a message', () => {
  beforeEach(() => {
    localStorage.clear()
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:http://localhost/1', revokeObjectURL: () => {} }))
  })

  it('is a chip until it is allowed, and then a picture', async () => {
    let allowed = false
    const calls = fakeServer({
      'GET /api/config/effective': () => ({ json: told(allowed) }),
      'POST /api/config/revisions': () => { allowed = true; return { status: 201, json: { revision_id: 'r', n: 1, effective: told(true) } } },
    })
    await mountInChat(Stage)
    const always = await screen.findByRole('button', { name: /^Always in this chat/ })
    expect(picture()).toBeNull()
    always.focus()
    await fireEvent.click(always)
    await waitFor(() => expect(picture()?.getAttribute('src')).toBe(addressOf({ type: 'conversation', id: 'c' }, URL_1)))
    expect(calls.find(({ path }) => path === '/api/config/revisions')?.body).toEqual({ scope: { type: 'conversation', id: 'c' }, ops: [{ op: 'set', path: '/chat/remote_pictures', value: true }] })
    await waitFor(() => expect(document.activeElement?.getAttribute('data-deed')).toBe('enlarge'))
  })

  it('can be allowed for its character', async () => {
    const calls = fakeServer({ 'GET /api/config/effective': () => ({ json: told(false) }) })
    await mountInChat(Stage)
    await fireEvent.click(await screen.findByRole('button', { name: /^Always from Aria/ }))
    await waitFor(() => expect(calls.find(({ path }) => path === '/api/config/revisions')?.body.scope).toEqual({ type: 'character', id: 'ch' }))
  })

  it('is shown alone when it is asked for alone', async () => {
    const calls = fakeServer({ 'GET /api/config/effective': () => ({ json: told(false) }), 'POST /api/pictures:show': () => ({ json: {} }) })
    await mountInChat(Stage)
    await fireEvent.click(await screen.findByRole('button', { name: /^Show:/ }))
    await waitFor(() => expect(picture()?.getAttribute('src')).toBe('blob:http://localhost/1'))
    expect(calls.find(({ path }) => path === '/api/pictures:show')?.body).toEqual({ url: URL_1, conversation_id: 'c' })
    expect(calls.some(({ path }) => path === '/api/config/revisions')).toBe(false)
  })

  it('that does not come says so and can be tried again', async () => {
    fakeServer({ 'GET /api/config/effective': () => ({ json: told(true) }) })
    await mountInChat(Stage)
    await waitFor(() => expect(picture()).not.toBeNull())
    await fireEvent.error(picture()!)
    expect(await screen.findByText(/from example.org did not come/)).toBeTruthy()
    expect(document.querySelector('.picture-failed')?.classList.contains('picture-frame')).toBe(true)
    await fireEvent.click(screen.getByRole('button', { name: /^Try again/ }))
    await waitFor(() => expect(picture()).not.toBeNull())
  })

  it('tells why one that was asked for did not come', async () => {
    fakeServer({ 'GET /api/config/effective': () => ({ json: told(false) }), 'POST /api/pictures:show': () => ({ status: 502, json: { status: 502, code: 'not_a_picture', detail: 'No picture came.' } }) })
    await mountInChat(Stage)
    await fireEvent.click(await screen.findByRole('button', { name: /^Show:/ }))
    expect(await screen.findByText(/This is no picture/)).toBeTruthy()
  })

  it('offers nothing where the owner fixed that there are none', async () => {
    fakeServer({ 'GET /api/config/effective': () => ({ json: told(false, { locked: ['/chat/remote_pictures'] }) }) })
    await mountInChat(Stage)
    expect(await screen.findByText(/off on this server/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: /^Show/ })).toBeNull()
  })
})
