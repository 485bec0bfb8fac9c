import { screen, waitFor, within } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer } from '@/testing/server'
import ConfirmDialog from '@/ui/ConfirmDialog.vue'
import type { ImportDetail, ImportItem } from './import.api'
import { isArchive, kindsOf, percent, placeOf, verdictOf } from './import.logic'
import ImportView from './views/ImportView.vue'

const counts = { total: 3, waiting: 3, repaired: 1, success: 0.9666, kinds: { character: { new: 2 }, secret: { refused: 1 } }, verdicts: { new: 2, refused: 1 }, statuses: { kept: 2, refused: 1 }, outcomes: {} }
const told = (more: Partial<ImportDetail> = {}): ImportDetail => ({
  id: 'i1', status: 'ready', label: 'backup.zip', progress: { done: 0, total: 3 }, code: null, detail: null, created_at: '2026-11-21T10:00:00Z', updated_at: '2026-11-21T10:00:00Z',
  counts, checks: { names: { keys: ['openai'], unknown_macros: ['moonphase'] }, counts: { scripts: 2 } }, ...more,
})
const item = (n: number, name: string, more: Partial<ImportItem> = {}): ImportItem => ({
  n, kind: 'character', path: `characters/${name}.png`, name, size: 1, verdict: 'new', status: 'kept', outcome: null, code: null, message: null, warnings: [], fields: [], object: null, undone: null, ...more,
})
const doors = (detail: ImportDetail, items: ImportItem[] = [item(0, 'Mira', { fields: [{ field: 'description', status: 'kept', why: 'as it is' }] })]) => ({
  'GET /api/config/import/i1': detail, 'GET /api/config/import/i1/items': { items, next_cursor: null },
})
const page = () => show(ImportView, { at: '/import/i1', props: { id: 'i1' }, beside: [ConfirmDialog] })

test('what was found is shown before anything is imported, with keys named and the way to the connections', async () => {
  fakeServer(doors(told()))
  const { user } = await page()
  expect(await screen.findByText(/There were keys for openai/)).toBeTruthy()
  expect(screen.getByText('moonphase')).toBeTruthy()
  expect(screen.getByText('96.6 %')).toBeTruthy()
  await user.click(await screen.findByRole('button', { name: /Mira/ }))
  expect(within(screen.getByRole('button', { name: /Mira/ }).closest('li')!).getByText('as it is')).toBeTruthy()
  expect(await faults()).toEqual([])
})

test('a kind that was unticked is left out', async () => {
  const server = fakeServer({ ...doors(told()), 'POST /api/config/import/i1:start': told({ status: 'importing' }) })
  const { user } = await page()
  await user.click(await screen.findByRole('checkbox', { name: 'Characters (2)' }))
  await user.click(screen.getByRole('button', { name: 'Import 2 things' }))
  await waitFor(() => expect(server.asked('POST /api/config/import/i1:start')[0]?.body).toEqual({ skip: ['character'] }))
})

test('undo asks first and tells what stays', async () => {
  const done = told({ status: 'done', counts: { ...counts, outcomes: { imported: 2, refused: 1 } } })
  fakeServer({ ...doors(done), 'POST /api/config/import/i1:undo': { trashed: 1, kept: [{ n: 1, kind: 'lorebook', name: 'Coast', why: 'changed', id: 'l1' }] } })
  const { user } = await page()
  await user.click(await screen.findByRole('button', { name: 'Undo the import' }))
  await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Undo the import' }))
  expect(await screen.findByText(/Coast – changed since/)).toBeTruthy()
})

test('members hand files over; only owners point at folders', async () => {
  fakeServer({ 'GET /api/config/import': { items: [], next_cursor: null } })
  await show(ImportView, { at: '/import', role: 'member' })
  expect(screen.queryByLabelText('Or a folder on the server’s machine')).toBeNull()
  expect(await faults()).toEqual([])
})

test('what became of an object beats what would', () => {
  expect(verdictOf(item(1, 'a')).key).toBe('new')
  expect(verdictOf(item(1, 'a', { outcome: 'imported' })).key).toBe('kept')
  expect(verdictOf(item(1, 'a', { outcome: 'imported', undone: 'changed' })).key).toBe('stayed')
  expect(placeOf(item(1, 'a', { object: { type: 'character', id: 'c' } }))).toEqual({ name: 'character', params: { id: 'c' } })
  expect(placeOf(item(1, 'a', { object: { type: 'group', id: 'g' } }))).toEqual({ name: 'group', params: { id: 'g' } })
  expect(placeOf(item(1, 'a', { object: { type: 'character', id: 'c' }, undone: 'trashed' }))).toBeNull()
})

test('shares are never rounded up to whole, and archives are told by their name', () => {
  expect([percent(0.9999), percent(1), percent(null)]).toEqual(['99.9 %', '100 %', '–'])
  expect([isArchive({ name: 'A.ZIP' }), isArchive({ name: 'card.png' })]).toEqual([true, false])
  expect(kindsOf(told())[0]).toEqual({ kind: 'character', count: 2, fresh: 2 })
})
