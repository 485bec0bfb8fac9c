import { screen, waitFor, within } from '@testing-library/vue'
import { expect, test } from 'vitest'
import type { Persona } from '@/api/shapes'
import { faults, show } from '@/testing/page'
import { fakeServer } from '@/testing/server'
import ToastList from '@/ui/ToastList.vue'
import PersonasView from './views/PersonasView.vue'

const persona = (id: string, name: string, more: Partial<Persona> = {}): Persona => ({
  id, name, description: '', is_default: false, version: 2, created_at: '', updated_at: '', avatar_url: null, deleted: false, uses: [], use_count: 0, lorebook_id: null, position: 'in_prompt', depth: 2, role: 'system', ...more,
})
const marta = persona('p1', 'Marta', { is_default: true })
const captain = persona('p2', 'Captain', { uses: [{ type: 'character', id: 'c1', name: 'Wren' }], use_count: 1 })
const doors = { 'GET /api/personas': { items: [marta, captain] } }
const page = (at = '/personas') => show(PersonasView, { at, beside: [ToastList] })

test('every persona stands in the grid, with the usual one and the locks marked', async () => {
  fakeServer(doors)
  await page()
  expect(within(await screen.findByRole('button', { name: /Marta/ })).getByText('usual')).toBeTruthy()
  expect(within(screen.getByRole('button', { name: /Captain/ })).getByText('locked to 1 place')).toBeTruthy()
  expect(await faults()).toEqual([])
})

test('a persona is renamed with the version that was seen, and made the usual one', async () => {
  const server = fakeServer({ ...doors, 'PATCH /api/personas/p2': captain })
  const { user } = await page()
  await user.click(await screen.findByRole('button', { name: /Captain/ }))
  const name = await screen.findByRole('textbox', { name: 'Name' })
  await user.clear(name)
  await user.type(name, 'Admiral')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(server.asked('PATCH /api/personas/p2')[0]?.body).toEqual({ version: 2, name: 'Admiral', description: '' }))
  await user.click(screen.getByRole('button', { name: 'Make it the usual one' }))
  await waitFor(() => expect(server.asked('PATCH /api/personas/p2')[1]?.body).toEqual({ version: 2, is_default: true }))
  expect(await faults()).toEqual([])
})

test('a persona is placed in the chat, with a depth and who seems to say it', async () => {
  const server = fakeServer({ ...doors, 'PATCH /api/personas/p2': captain })
  const { user } = await page()
  await user.click(await screen.findByRole('button', { name: /Captain/ }))
  expect(screen.queryByRole('option', { name: 'after the card (old)' })).toBeNull()
  await user.selectOptions(await screen.findByRole('combobox', { name: 'Place in the prompt' }), 'in_chat')
  await user.selectOptions(screen.getByRole('combobox', { name: 'Said by' }), 'user')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(server.asked('PATCH /api/personas/p2')[0]?.body).toEqual({ version: 2, name: 'Captain', description: '', position: 'in_chat', depth: 2, role: 'user' }))
  expect(await faults()).toEqual([])
})

test('a persona is locked to a character found by name, and unlocked from another', async () => {
  const server = fakeServer({
    ...doors, 'POST /api/config/revisions': { revision_id: 'r', n: 1, effective: {} },
    'GET /api/characters': { items: [{ id: 'c2', name: 'Moth', avatar_url: null }], next_cursor: null, total: 1 },
  })
  const { user } = await page()
  await user.click(await screen.findByRole('button', { name: /Captain/ }))
  await user.click(await screen.findByRole('button', { name: 'Unlock from Wren' }))
  await waitFor(() => expect(server.asked('POST /api/config/revisions')[0]?.body).toEqual({ scope: { type: 'character', id: 'c1' }, ops: [{ op: 'unset', path: '/persona/id' }] }))
  await user.type(screen.getByRole('searchbox', { name: 'Lock to a character' }), 'mo')
  await user.click(await screen.findByRole('button', { name: 'Lock to Moth' }))
  await waitFor(() => expect(server.asked('POST /api/config/revisions')[1]?.body).toMatchObject({ ops: [{ op: 'set', path: '/persona/id', value: 'p2' }] }))
})

test('a persona goes to the trash and comes back by the toast', async () => {
  const server = fakeServer({ ...doors, 'DELETE /api/personas/p2': null, 'POST /api/personas/p2:restore': captain })
  const { user } = await page()
  await user.click(await screen.findByRole('button', { name: /Captain/ }))
  await user.click(await screen.findByRole('button', { name: 'Delete' }))
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(server.asked('POST /api/personas/p2:restore')).toHaveLength(1))
})

test('the trash shows what is in it, and what is in it can be restored', async () => {
  const server = fakeServer({ 'GET /api/personas': ({ url }) => ({ items: url.searchParams.get('trash') ? [persona('p3', 'Ghost', { deleted: true })] : [marta] }), 'POST /api/personas/p3:restore': marta })
  const { user } = await page('/personas?show=trash')
  await user.click(await screen.findByRole('button', { name: 'Restore Ghost' }))
  await waitFor(() => expect(server.asked('POST /api/personas/p3:restore')).toHaveLength(1))
  expect(await faults()).toEqual([])
})

test('all locks stand in one place, lead to where they hold, and are let go there', async () => {
  const locked = persona('p2', 'Captain', { uses: [{ type: 'character', id: 'c1', name: 'Wren' }, { type: 'conversation', id: 'k1', name: 'The inn' }], use_count: 2 })
  const server = fakeServer({ 'GET /api/personas': { items: [marta, locked] }, 'POST /api/config/revisions': {} })
  const { user } = await page()
  const all = within(await screen.findByRole('region', { name: 'All locks' }))
  expect(all.getAllByRole('listitem').map((item) => item.textContent?.trim())).toEqual(['Wrenas Captain', 'The innas Captain'])
  expect(all.getByRole('link', { name: 'The inn' }).getAttribute('href')).toBe('/chat/k1')
  await user.click(all.getAllByRole('button')[0]!)
  await waitFor(() => expect(server.asked('POST /api/config/revisions')[0]?.body).toMatchObject({ scope: { type: 'character', id: 'c1' } }))
  expect(await faults()).toEqual([])
})
