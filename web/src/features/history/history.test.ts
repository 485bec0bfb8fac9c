import { screen, waitFor, within } from '@testing-library/vue'
import { expect, test } from 'vitest'
import BookVersions from '@/features/worlds/components/BookVersions.vue'
import WorldsView from '@/features/worlds/views/WorldsView.vue'
import type { Book } from '@/features/worlds/worlds.types'
import { faults, show } from '@/testing/page'
import { fakeServer } from '@/testing/server'
import ConfirmDialog from '@/ui/ConfirmDialog.vue'
import ToastList from '@/ui/ToastList.vue'
import { isShort, told, wayTo } from './changes.logic'
import UsedBy from './components/UsedBy.vue'

const book = (version: number): Book => ({ id: 'b1', name: 'Coast', description: '', entries: {}, fields: {}, warnings: [], everywhere: false, used_by: { characters: 1, conversations: 0, personas: 0 }, updated_at: '2026-01-01T00:00:00Z', version, deleted: false })
const line = (version: number, changed: string[], kind = 'lorebook.changed') => ({ version, at: '2026-01-01T00:00:00Z', kind, changed, actor: 'user:me' })
const uses = { count: 3, places: [{ type: 'user', id: 'u1', name: '', by: 'choice' }, { type: 'character', id: 'c1', name: 'Mira', by: 'card' }] }

test('values are told as people read them', () => {
  expect([told(null), told(['a', 'b']), told({ a: 1 }), told(false)]).toEqual(['', 'a, b', '{\n  "a": 1\n}', 'false'])
  expect([isShort({ name: '', before: 1, after: 'x' }), isShort({ name: '', before: 'a\nb', after: '' })]).toEqual([true, false])
  expect(wayTo({ type: 'conversation', id: 'k', name: '', by: 'choice' })).toEqual({ name: 'chat', params: { conversationId: 'k' } })
})

test('a version opens to what changed in it, entry by entry, and is brought back as a new one', async () => {
  const compared: (string | null)[] = []
  const server = fakeServer({
    'GET /api/lorebooks/b1/history': { items: [line(3, ['entries/0', 'description']), line(1, [], 'lorebook.created')], next_cursor: null },
    'GET /api/lorebooks/b1/history/1': ({ url }) => (compared.push(url.searchParams.get('against')), { ...line(1, []), against: 'now', brought_back: null, more: 0, groups: [{ place: 'entries/0', title: 'Tide', state: 'changed', fields: [{ name: 'content', before: 'It is low.', after: 'It is high.' }, { name: 'order', before: 100, after: 90 }] }] }),
    'POST /api/lorebooks/b1:bring-back': book(4),
  })
  const { user } = await show(BookVersions, { props: { book: book(3), dirty: false }, beside: [ToastList] })
  expect(await screen.findByText(/Description, 1 entry/)).toBeTruthy()
  await user.click(screen.getByRole('button', { name: /Version 1/ }))
  expect(await screen.findByRole('heading', { name: /Tide/ })).toBeTruthy()
  expect(screen.getByText('Priority')).toBeTruthy()
  await user.click(screen.getByRole('radio', { name: 'Compared with now' }))
  await waitFor(() => expect(compared).toEqual(['before', 'now']))
  await user.click(screen.getByRole('button', { name: 'Bring this version back' }))
  await waitFor(() => expect(server.asked('POST /api/lorebooks/b1:bring-back')[0]?.body).toEqual({ version: 3, to: 1 }))
  expect(await screen.findByText('Version 1 is back')).toBeTruthy()
  expect(await faults()).toEqual([])
})

test('what is not saved yet is not run over by an old version', async () => {
  fakeServer({ 'GET /api/lorebooks/b1/history': { items: [line(3, []), line(2, [])], next_cursor: null }, 'GET /api/lorebooks/b1/history/2': { ...line(2, []), against: 'before', brought_back: 1, groups: [], more: 0 } })
  const { user } = await show(BookVersions, { props: { book: book(3), dirty: true } })
  await user.click(await screen.findByRole('button', { name: /Version 2/ }))
  expect((screen.getByRole('button', { name: 'Bring this version back' }) as HTMLButtonElement).disabled).toBe(true)
  expect(await screen.findByText('Version 1 was brought back.')).toBeTruthy()
})

test('the places that use a thing are ways to them', async () => {
  fakeServer({ 'GET /api/lorebooks/b1/uses': uses })
  await show(UsedBy, { props: { at: '/api/lorebooks/b1', none: 'Not used anywhere' } })
  const list = await screen.findByRole('list', { name: 'Used by' })
  expect(within(list).getByRole('link', { name: /Mira/ }).getAttribute('href')).toBe('/characters/c1')
  expect(within(list).getByText('named by the card')).toBeTruthy()
  expect(screen.getByText('and 1 more place')).toBeTruthy()
  expect(await faults()).toEqual([])
})

test('deleting what is used says where before it is done', async () => {
  const item = { ...book(3), entries: 0 }
  const server = fakeServer({ 'GET /api/lorebooks': { items: [item], next_cursor: null }, 'GET /api/lorebooks/b1/uses': uses, 'DELETE /api/lorebooks/b1': null })
  const { user } = await show(WorldsView, { at: '/worlds', beside: [ToastList, ConfirmDialog] })
  await user.click(await screen.findByRole('button', { name: 'Actions: Coast' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Delete' }))
  const asked = await screen.findByRole('alertdialog')
  expect(asked.textContent).toContain('All your chats, Mira, and 1 more place')
  expect(server.asked('DELETE /api/lorebooks/b1')).toHaveLength(0)
  await user.click(within(asked).getByRole('button', { name: 'Delete' }))
  await waitFor(() => expect(server.asked('DELETE /api/lorebooks/b1')).toHaveLength(1))
})
