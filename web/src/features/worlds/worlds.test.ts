import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, expect, test, vi } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'
import ToastList from '@/ui/ToastList.vue'
import { blankEntry } from './entries.logic'
import WorldsView from './views/WorldsView.vue'
import WorldView from './views/WorldView.vue'
import type { Book, BookItem, Entry } from './worlds.types'

const item = (id: string, name: string, more: Partial<BookItem> = {}): BookItem => ({
  id, name, entries: 2, everywhere: false, used_by: { characters: 1, conversations: 0, personas: 0 }, updated_at: '2026-01-01T00:00:00Z', version: 3, deleted: false, ...more,
})
const entry = (uid: number, more: Partial<Entry>): Entry => ({ ...blankEntry({}), uid, displayIndex: uid, ...more })
const storm = entry(0, { comment: 'The storm', key: ['storm', '/gale(s)?/i', '/(open/'], content: 'It never ends.' })
const harbour = entry(1, { comment: 'Harbour', key: ['harbour'], content: 'Cold stone.', sticky: 3 })
const book = (more: Partial<Book> = {}): Book => ({ ...item('b1', 'Coast'), description: '', entries: { 0: storm, 1: harbour }, fields: {}, warnings: [], ...more })
const doors = { 'GET /api/lorebooks/b1': book(), 'GET /api/personas': { items: [] } }
// jsdom has no sizes, and a list that draws only what is in sight would draw nothing.
beforeEach(() => {
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(400)
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: true, media: query, addEventListener() {}, removeEventListener() {} }))
})
const open = (at: string) => show(WorldView, { at: `/worlds/b1${at}`, props: { id: 'b1' }, beside: [ToastList] })

test('every lorebook stands in the list with what it holds, and the trash gives back', async () => {
  const server = fakeServer({
    'GET /api/lorebooks': ({ url }) => ({ items: url.searchParams.get('trash') ? [item('b2', 'Old', { deleted: true })] : [item('b1', 'Coast', { everywhere: true })], next_cursor: null }),
    'POST /api/lorebooks/b2:restore': book(),
  })
  const { user } = await show(WorldsView, { at: '/worlds', beside: [ToastList] })
  expect((await screen.findByRole('link', { name: 'Coast' })).getAttribute('href')).toBe('/worlds/b1')
  expect(screen.getByText(/2 entries · used in 1 place/)).toBeTruthy()
  expect(await faults()).toEqual([])
  await user.click(screen.getByRole('radio', { name: 'Trash' }))
  await user.click(await screen.findByRole('button', { name: 'Restore Old' }))
  await waitFor(() => expect(server.asked('POST /api/lorebooks/b2:restore')).toHaveLength(1))
})

test('an entry is changed and saved with the version that was seen; only that entry is sent', async () => {
  const server = fakeServer({ ...doors, 'PATCH /api/lorebooks/b1': ({ body }) => book({ version: 4, entries: { 0: storm, 1: (body as { entries: Record<string, Entry> }).entries[1]! } }) })
  const { user } = await open('?entry=1')
  await user.type(await screen.findByRole('textbox', { name: 'Text' }), ' And fog.')
  expect(screen.getByRole('img', { name: 'not saved yet' })).toBeTruthy()
  await user.keyboard('{Control>}s{/Control}')
  await waitFor(() => expect(server.asked('PATCH /api/lorebooks/b1')[0]?.body).toMatchObject({ version: 3, entries: { 1: { content: 'Cold stone. And fog.', sticky: 3 } } }))
  expect(Object.keys((server.asked('PATCH /api/lorebooks/b1')[0]!.body as { entries: object }).entries)).toEqual(['1'])
  await screen.findByText('Saved')
  expect(await faults()).toEqual([])
})

test('keys are chips: expressions are marked, broken ones too, and a comma ends one', async () => {
  fakeServer(doors)
  const { user } = await open('?entry=0')
  const keys = await screen.findByRole('textbox', { name: 'Keys' })
  expect(screen.getByRole('img', { name: 'expression' })).toBeTruthy()
  expect(screen.getByRole('img', { name: 'not a valid expression: read as plain text' })).toBeTruthy()
  await user.type(keys, 'rain,/wave{{1,3}/,')
  expect(screen.getByRole('button', { name: 'Remove key rain' })).toBeTruthy()
  expect(screen.getAllByRole('img', { name: 'expression' })).toHaveLength(2)
})

test('the keyboard switches, moves and takes out, and the toast puts back', async () => {
  fakeServer(doors)
  const { user } = await open('')
  const list = () => within(screen.getByRole('list', { name: 'Entries' }))
  const names = () => list().getAllByRole('button').map((one) => one.textContent?.match(/The storm|Harbour/)?.[0])
  ;(await screen.findByRole('button', { name: /The storm/ })).focus()
  await user.keyboard(' ')
  expect(list().getByRole('switch', { name: 'Use The storm' }).getAttribute('aria-checked')).toBe('false')
  await user.keyboard('{Alt>}{ArrowDown}{/Alt}')
  expect(names()).toEqual(['Harbour', 'The storm'])
  await user.keyboard('{Delete}')
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(names()).toHaveLength(2))
})

test('a text is tested: what wakes and why, what the budget cut, which keys are flagged', async () => {
  const server = fakeServer({
    ...doors,
    'POST /api/lorebooks:test': {
      woken: [{ book: 'Coast', uid: '0', title: 'The storm', position: 'in_chat', why: 'key: storm', content: 'It never ends.', tokens: 4 }],
      dropped: [{ book: 'Coast', uid: '1', title: 'Harbour', why: 'budget' }], flagged: [{ book: 'Coast', uid: '0', key: '/(open/', why: 'invalid_as_plain' }], budget_tokens: 10, used_tokens: 4, rounds: 1,
    },
  })
  const { user } = await open('?side=test')
  await user.type(await screen.findByRole('textbox', { name: 'What is said' }), 'A Storm rises.')
  await user.click(screen.getByRole('button', { name: 'See what wakes' }))
  expect((await screen.findByText('Storm')).tagName).toBe('MARK')
  expect(screen.getByText('by “storm” · In the chat')).toBeTruthy()
  expect(screen.getByText('the budget was spent')).toBeTruthy()
  expect(screen.getByText('Not a valid expression; read as plain text.')).toBeTruthy()
  expect(server.asked('POST /api/lorebooks:test')[0]?.body).toEqual({ text: 'A Storm rises.', lorebook_ids: ['b1'] })
  expect(await faults()).toEqual([])
})

test('when both changed one entry it is asked whose stays, and mine goes on top of theirs', async () => {
  let now = book()
  const server = fakeServer({
    ...doors, 'GET /api/lorebooks/b1': () => now,
    'PATCH /api/lorebooks/b1': ({ body }) => ((body as { version: number }).version === 4 ? book({ version: 5 }) : problem(409, 'conflict')),
  })
  const { user } = await open('?entry=1')
  await user.type(await screen.findByRole('textbox', { name: 'Text' }), ' Mine.')
  now = book({ version: 4, entries: { 0: storm, 1: { ...harbour, content: 'Theirs.' } } })
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await user.click(await within(await screen.findByRole('dialog', { name: 'Somebody else was faster' })).findByRole('button', { name: 'Keep mine' }))
  await waitFor(() => expect(server.asked('PATCH /api/lorebooks/b1')[1]?.body).toMatchObject({ version: 4, entries: { 1: { content: 'Cold stone. Mine.' } } }))
})

test('a book is attached everywhere beside the others, by config', async () => {
  const server = fakeServer({
    ...doors, 'GET /api/config/effective': { values: {}, sources: {}, layers: [{ scope: { type: 'user', id: 'u1' }, n: 1, values: { '/lore/books': ['b9'] } }], locked: [] },
    'POST /api/config/revisions': { revision_id: 'r', n: 2, effective: {} }, 'GET /api/characters': { items: [], next_cursor: null },
  })
  const { user } = await open('?side=uses')
  await user.click(await screen.findByRole('switch', { name: 'Everywhere' }))
  await waitFor(() => expect(server.asked('POST /api/config/revisions')[0]?.body).toEqual({ scope: { type: 'user', id: null }, ops: [{ op: 'set', path: '/lore/books', value: ['b9', 'b1'] }] }))
  expect(await faults()).toEqual([])
})

test('a thousand entries stand in the list, of which only those in sight are drawn', async () => {
  const entries = Object.fromEntries(Array.from({ length: 1500 }, (_none, uid) => [uid, entry(uid, { comment: `Entry ${uid}` })]))
  fakeServer({ ...doors, 'GET /api/lorebooks/b1': book({ entries }) })
  await open('')
  expect(await screen.findByText('1,500')).toBeTruthy()
  expect(within(screen.getByRole('list', { name: 'Entries' })).getAllByRole('listitem').length).toBeLessThan(60)
})
