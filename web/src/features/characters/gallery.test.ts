import { screen, waitFor } from '@testing-library/vue'
import { expect, test, vi } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'
import ToastList from '@/ui/ToastList.vue'
import ImportEverywhere from './components/ImportEverywhere.vue'
import CharacterView from './views/CharacterView.vue'
import GalleryView from './views/GalleryView.vue'

const item = (id: string, name: string, change: object = {}) =>
  ({ id, name, tags: ['sea'], avatar_url: null, creator: 'moth', card_version: '', created_at: '', updated_at: '', favourite: false, greetings: 1, deleted: false, version: 1, ...change })
const page = (...items: object[]) => ({ items, next_cursor: null, total: items.length })
const doors = {
  'GET /api/characters/tags': { items: [{ tag: 'sea', count: 2 }] },
  'GET /api/characters/samples': { items: [] },
  'GET /api/personas': { items: [{ id: 'p', name: 'Marta', description: '', is_default: true, version: 1 }] },
}
// jsdom lays nothing out: rows exist because the scroller claims a height.
vi.mock('@/lib/scroller', async () => {
  const { shallowRef } = await import('vue')
  const element = document.createElement('div')
  Object.defineProperties(element, { clientHeight: { value: 800 }, clientWidth: { value: 800 } })
  return { useScroller: () => shallowRef(element) }
})

test('the gallery names, counts and links every character', async () => {
  fakeServer({ ...doors, 'GET /api/characters': page(item('1', 'Aria'), item('2', 'Lin', { favourite: true })) })
  await show(GalleryView, { at: '/characters' })
  expect((await screen.findByRole('link', { name: /Aria/ })).getAttribute('href')).toBe('/characters/1')
  expect(screen.getByRole('status').textContent).toBe('2 characters')
  expect(screen.getByRole('img', { name: 'Favourite' })).toBeTruthy()
  expect(await faults()).toEqual([])
})

test('a tag narrows the list, stays in the address, and lets go when pressed again', async () => {
  const asked: string[] = []
  fakeServer({ ...doors, 'GET /api/characters': ({ url }) => { asked.push(url.searchParams.get('tag') ?? ''); return page(item('1', 'Aria')) } })
  const { user, router } = await show(GalleryView, { at: '/characters' })
  await user.click(await screen.findByRole('button', { name: /sea/ }))
  await waitFor(() => expect(asked).toEqual(['', 'sea']))
  expect(router.currentRoute.value.query).toEqual({ tag: 'sea' })
  await user.click(screen.getByRole('button', { name: /sea/, pressed: true }))
  await waitFor(() => expect(router.currentRoute.value.query).toEqual({}))
})

test('a server that stumbles is said in words, and trying again helps', async () => {
  let well = false
  fakeServer({ ...doors, 'GET /api/characters': () => (well ? page(item('1', 'Aria')) : problem(503, 'unavailable', 'The disk is full.')) })
  const { user } = await show(GalleryView, { at: '/characters' })
  expect((await screen.findByRole('alert')).textContent).toContain('The disk is full.')
  well = true
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByRole('link', { name: /Aria/ })).toBeTruthy()
})

test('files dropped anywhere are imported and each is accounted for', async () => {
  const result = (filename: string, change: object) => ({ filename, status: 'imported', character_id: '1', warnings: [], ...change })
  fakeServer({ 'POST /api/characters/import': { results: [result('a.png', {}), result('b.png', { status: 'refused', character_id: null, code: 'card_missing' }), result('c.png', { warnings: ['A byte order mark was removed.'] })] } })
  await show(ImportEverywhere)
  const drop = new Event('drop', { cancelable: true })
  Object.assign(drop, { dataTransfer: { types: ['Files'], files: ['a', 'b', 'c'].map((name) => new File(['x'], `${name}.png`)) } })
  window.dispatchEvent(drop)
  const report = await screen.findByRole('dialog', { name: 'Import report', description: '2 imported · 1 refused' })
  expect(report.textContent).toContain('The picture holds no character card.')
  expect(report.textContent).toContain('One thing was repaired')
  expect(await faults(report)).toEqual([])
})

const card = { name: 'Aria', first_mes: '{{char}} greets {{user}}.', alternate_greetings: ['Second.'], description: 'Wry.', tags: [] }

test('a character speaks its greetings with the names put in, and a chat begins with the chosen one', async () => {
  const server = fakeServer({ ...doors, 'GET /api/characters/1': { ...item('1', 'Aria'), card, warnings: [] }, 'POST /api/conversations': { id: 'c1' } })
  const { user, router } = await show(CharacterView, { props: { id: '1' }, at: '/characters/1' })
  expect(await screen.findByText('Aria greets Marta.')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Next greeting' }))
  await user.click(screen.getByRole('button', { name: 'Start with this greeting' }))
  await waitFor(() => expect(router.currentRoute.value.path).toBe('/chat/c1'))
  expect(server.asked('POST /api/conversations')[0]?.body).toEqual({ character_id: '1', greeting: 1 })
  expect(await faults()).toEqual([])
})

test('a deleted character can be called back from the toast', async () => {
  const server = fakeServer({ ...doors, 'GET /api/characters/1': { ...item('1', 'Aria'), card, warnings: [] }, 'DELETE /api/characters/1': null, 'POST /api/characters/1:restore': {} })
  const { user } = await show(CharacterView, { props: { id: '1' }, at: '/characters/1', beside: [ToastList] })
  await user.click(await screen.findByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Move to trash' }))
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(server.asked('POST /api/characters/1:restore')).toHaveLength(1))
})
