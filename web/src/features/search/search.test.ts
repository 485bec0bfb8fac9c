import { fireEvent, screen, waitFor } from '@testing-library/vue'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'
import CommandPalette from './components/CommandPalette.vue'
import PaletteButton from './components/PaletteButton.vue'
import { forgetRecents, recents, usePalette } from './palette'
import SearchView from './views/SearchView.vue'

const hit = (kind: string, id: string, title: string, more: object = {}) =>
  ({ kind, id, title, conversation_id: 'c1', character_id: null, character_name: null, avatar_url: null, role: null, name: null, created_at: '2026-11-20T10:00:00.000Z', snippet: [{ text: title, hit: true }], ...more })
const message = (id: string, before: string, found: string) => hit('message', id, 'Storm', { name: 'Aria', snippet: [{ text: before, hit: false }, { text: found, hit: true }] })
const near = {
  'GET /api/conversations': { items: [{ id: 'c1', title: 'Storm', character_name: 'Aria', avatar_url: null }], next_cursor: null },
  'GET /api/characters': { items: [{ id: 'a1', name: 'Aria', avatar_url: null }, { id: 'a2', name: 'Lin', avatar_url: null }], next_cursor: null },
}
const nothing = { items: [], next_cursor: null }

beforeEach(() => {
  Element.prototype.scrollIntoView = () => {}
  vi.stubGlobal('IntersectionObserver', class { observe() {} disconnect() {} unobserve() {} })
})
afterEach(() => {
  usePalette().open.value = false
  forgetRecents()
})

const openPalette = async () => {
  const shown = await show(CommandPalette, { beside: [PaletteButton] })
  await shown.user.click(screen.getByRole('button', { name: 'Find anything' }))
  return { ...shown, field: await screen.findByRole('combobox') }
}
const activeName = (): string => document.getElementById(screen.getByRole('combobox').getAttribute('aria-activedescendant')!)!.textContent!

test('with Ctrl and Enter a chat begins at once', async () => {
  const server = fakeServer({ ...near, 'GET /api/search': nothing, 'POST /api/conversations': { id: 'new' } })
  const { user, field, router } = await openPalette()
  await user.type(field, 'Lin')
  expect(await screen.findByText('Ctrl Enter to start a chat')).toBeTruthy()
  await user.keyboard('{Control>}{Enter}{/Control}')
  await waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/chat/new'))
  expect(server.asked('POST /api/conversations')[0]?.body).toMatchObject({ character_id: 'a2' })
})

test('the field has the focus, names the active row, and arrows walk round', async () => {
  fakeServer({ ...near, 'GET /api/search': nothing })
  const { user, field } = await openPalette()
  await waitFor(() => expect(document.activeElement).toBe(field))
  await screen.findByRole('option', { name: /Storm/ })
  const first = activeName()
  await user.keyboard('{ArrowDown}')
  expect(activeName()).not.toBe(first)
  await user.keyboard('{ArrowUp}')
  expect(activeName()).toBe(first)
  await user.keyboard('{ArrowUp}')
  expect(screen.getAllByRole('option').at(-1)!.getAttribute('aria-selected')).toBe('true')
})

test('the open palette is right for screen readers', async () => {
  fakeServer({ ...near, 'GET /api/search': nothing })
  await openPalette()
  await screen.findByRole('option', { name: /Storm/ })
  expect(await faults(screen.getByRole('dialog'))).toEqual([])
}, 20_000)

test('Ctrl+K opens and closes, Escape gives the focus back', async () => {
  fakeServer({ ...near, 'GET /api/search': nothing })
  const { user } = await show(CommandPalette, { beside: [PaletteButton] })
  const button = screen.getByRole('button', { name: 'Find anything' })
  button.focus()
  await fireEvent.keyDown(window, { key: 'k', ctrlKey: true })
  await screen.findByRole('dialog', { name: 'Find anything' })
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(document.activeElement).toBe(button)
  await fireEvent.keyDown(window, { key: 'k', metaKey: true })
  await screen.findByRole('dialog')
  await fireEvent.keyDown(window, { key: 'k', metaKey: true })
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('a few letters and Enter open a character, and it is remembered', async () => {
  fakeServer({ ...near, 'GET /api/search': nothing })
  const { user, router } = await openPalette()
  await screen.findByRole('option', { name: /Storm/ })
  await user.keyboard('li')
  await waitFor(() => expect(activeName()).toContain('Lin'))
  await user.keyboard('{Enter}')
  await waitFor(() => expect(router.currentRoute.value.params).toEqual({ id: 'a2' }))
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(recents()[0]).toMatchObject({ key: 'character:a2', label: 'Lin' })
})

test('a message found by the server shows its words marked and opens in its place', async () => {
  fakeServer({ ...near, 'GET /api/search': ({ url }) => ({ items: url.searchParams.get('kind') === 'message' ? [message('m9', 'under the ', 'lantern')] : [], next_cursor: null }) })
  const { user, router } = await openPalette()
  await user.keyboard('lantern')
  const found = await screen.findByRole('option', { name: /under the lantern/ })
  expect(found.querySelector('mark')!.textContent).toBe('lantern')
  await user.click(found)
  await waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/chat/c1/m/m9'))
})

test('an action is done, and what cannot be asked is said', async () => {
  fakeServer({ ...near, 'GET /api/search': () => problem(503, 'unavailable') })
  const { user } = await openPalette()
  await user.keyboard('theme dark')
  expect((await screen.findByRole('alert')).textContent).toContain('could not be asked')
  await waitFor(() => expect(activeName()).toContain('Theme: Dark'))
  await user.keyboard('{Enter}')
  await waitFor(() => expect(document.documentElement.classList.contains('dark')).toBe(true))
  expect(recents()[0]).toEqual({ key: 'theme:dark' })
})

test('Enter that ends a composition chooses nothing', async () => {
  fakeServer({ ...near, 'GET /api/search': nothing })
  const { field } = await openPalette()
  await fireEvent.keyDown(field, { key: 'Enter', isComposing: true })
  expect(screen.queryByRole('dialog')).toBeTruthy()
})

test('the search page asks with its filters, groups what it finds and links each hit', async () => {
  const { asked } = fakeServer({ ...near, 'GET /api/search': { items: [hit('character', 'a1', 'Lantern Ann'), message('m1', 'the ', 'lantern'), message('m2', 'a ', 'lantern')], next_cursor: null } })
  const urls: URL[] = []
  const fetched = globalThis.fetch
  vi.stubGlobal('fetch', (input: Request, init?: RequestInit) => { urls.push(new URL(input.url)); return fetched(input, init) })
  await show(SearchView, { at: '/search?q=lantern&role=user&chat=c1' })
  expect((await screen.findByRole('link', { name: /the lantern/ })).getAttribute('href')).toBe('/chat/c1/m/m1')
  expect(screen.getAllByRole('heading', { level: 2 }).map((one) => one.textContent)).toEqual(['Characters', 'Messages'])
  expect(asked('GET /api/search')).toHaveLength(1)
  expect(Object.fromEntries(urls.find((url) => url.pathname === '/api/search')!.searchParams)).toMatchObject({ q: 'lantern', role: 'user', conversation_id: 'c1' })
  expect(screen.getByRole('status').textContent).toBe('3 results')
  expect(await faults()).toEqual([])
})

test('nothing typed, nothing found and a server that stumbles are each said in words', async () => {
  let well = false
  fakeServer({ ...near, 'GET /api/search': () => (well ? nothing : problem(503, 'unavailable', 'The disk is full.')) })
  const { user } = await show(SearchView, { at: '/search' })
  expect(screen.getByText('Find what was said')).toBeTruthy()
  await user.type(screen.getByRole('searchbox'), 'lantern')
  expect((await screen.findByRole('alert')).textContent).toContain('The disk is full.')
  well = true
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('Nothing with “lantern”')).toBeTruthy()
  expect(await faults()).toEqual([])
})
