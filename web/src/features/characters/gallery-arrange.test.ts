import { screen, waitFor } from '@testing-library/vue'
import { expect, test, vi } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer, type Doors } from '@/testing/server'
import ToastList from '@/ui/ToastList.vue'
import DuplicatesView from './views/DuplicatesView.vue'
import GalleryView from './views/GalleryView.vue'

const item = (id: string, name: string, change: object = {}) => ({
  id, name, tags: ['sea'], avatar_url: null, creator: 'moth', card_version: '', created_at: '2026-11-20T10:00:00Z', updated_at: '2026-11-20T10:00:00Z',
  favourite: false, greetings: 1, deleted: false, version: 1, chatted_at: null, chats: 0, messages: 0, ...change,
})
const people = [item('1', 'Aria'), item('2', 'Bea'), item('3', 'Cid')]
const done = (change: object = {}) => ({ id: 'b1', action: 'trash', state: 'done', total: 2, done: 2, changed: 2, created_at: '', ...change })
const doors: Doors = {
  'GET /api/characters': { items: people, next_cursor: null, total: 3 },
  'GET /api/characters/tags': { items: [{ tag: 'sea', count: 3 }] },
  'GET /api/collections': { items: [{ id: 'c1', name: 'Pier', count: 1, version: 1 }], next_cursor: null },
  'GET /api/saved-filters': { items: [{ id: 'f1', name: 'By the sea', filter: { q: '', tag: ['sea'], creator: '', collection: '', favourite: false, trash: false, hidden: false, sort: 'chatted' }, created_at: '', version: 1 }], next_cursor: null },
  'GET /api/characters/hidden-tags': { tags: [], version: 0 },
}
// jsdom lays nothing out: rows exist because the scroller claims a height.
vi.mock('@/lib/scroller', async () => {
  const { shallowRef } = await import('vue')
  const element = document.createElement('div')
  Object.defineProperties(element, { clientHeight: { value: 800 }, clientWidth: { value: 800 } })
  return { useScroller: () => shallowRef(element) }
})

test('keys choose: X where the focus is, Shift with an arrow the next ones, Escape nobody', async () => {
  fakeServer(doors)
  const { user } = await show(GalleryView, { at: '/characters' })
  ;(await screen.findByRole('link', { name: /Aria/ })).focus()
  await user.keyboard('x')
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: /Aria/, pressed: true })))
  await user.keyboard('{Shift>}{ArrowRight}{/Shift}')
  await waitFor(() => expect(screen.getByRole('toolbar').textContent).toContain('2 chosen'))
  expect(await faults()).toEqual([])
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('toolbar')).toBeNull()
})

test('all that match go to the trash but one taken out by hand, and the toast takes it back as one', async () => {
  const server = fakeServer({ ...doors, 'POST /api/characters:bulk': done(), 'POST /api/bulk-changes/b1:undo': done({ id: 'b2', action: 'undo' }) })
  const { user } = await show(GalleryView, { at: '/characters?tag=sea', beside: [ToastList] })
  ;(await screen.findByRole('link', { name: /Aria/ })).focus()
  await user.keyboard('x')
  await user.click(screen.getByRole('button', { name: 'All 3' }))
  await user.click(screen.getByRole('button', { name: /Bea/, pressed: true }))
  await user.click(screen.getByRole('button', { name: 'Move to trash' }))
  await waitFor(() => expect(server.asked('POST /api/characters:bulk')[0]?.body).toEqual({ all_matching: { tag: ['sea'], without: ['2'] }, action: 'trash' }))
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(server.asked('POST /api/bulk-changes/b1:undo')).toHaveLength(1))
})

test('those chosen by hand become a group, in the order they were chosen', async () => {
  const server = fakeServer({ ...doors, 'POST /api/groups': { id: 'g7' } })
  const { user, router } = await show(GalleryView, { at: '/characters' })
  ;(await screen.findByRole('link', { name: /Cid/ })).focus()
  await user.keyboard('x')
  await user.click(screen.getAllByRole('button', { name: 'More actions' }).at(-1)!)
  expect((await screen.findByRole('menuitem', { name: 'Make a group of them' })).getAttribute('aria-disabled')).toBe('true')
  await user.keyboard('{Escape}')
  await user.click(screen.getByRole('button', { name: /Aria/ }))
  await user.click(screen.getAllByRole('button', { name: 'More actions' }).at(-1)!)
  await user.click(await screen.findByRole('menuitem', { name: 'Make a group of them' }))
  await waitFor(() => expect(server.asked('POST /api/groups')[0]?.body).toEqual({ name: '', members: [{ character_id: '3' }, { character_id: '1' }] }))
  await waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/groups/g7'))
})

test('a kept view puts its question into the address', async () => {
  fakeServer(doors)
  const { user, router } = await show(GalleryView, { at: '/characters' })
  await user.click(await screen.findByRole('button', { name: 'By the sea' }))
  await waitFor(() => expect(router.currentRoute.value.query).toEqual({ tag: ['sea'], sort: 'chatted' }))
})

test('of duplicates one is kept and the others go to the trash', async () => {
  const group = { characters: people.slice(0, 2), differences: [{ field: 'description', texts: ['Wry.', 'Kind.'] }, { field: 'creation_date', texts: ['1683927149', ''] }] }
  const server = fakeServer({ ...doors, 'GET /api/characters/duplicates': { items: [group], next_cursor: null }, 'POST /api/characters:bulk': done({ changed: 1 }) })
  const { user } = await show(DuplicatesView, { at: '/characters/duplicates' })
  expect(await screen.findByText('Kind.')).toBeTruthy()
  expect([screen.queryByText('Card made'), screen.queryByText(/2023/), screen.queryByText('1683927149')].map(Boolean)).toEqual([true, true, false])
  expect(await faults()).toEqual([])
  await user.click(screen.getAllByRole('button', { name: /^Keep/ })[1]!)
  await waitFor(() => expect(server.asked('POST /api/characters:bulk')[0]?.body).toEqual({ ids: ['1'], action: 'trash' }))
})
