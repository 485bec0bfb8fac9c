import { screen, waitFor, within } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer } from '@/testing/server'
import ConfirmDialog from '@/ui/ConfirmDialog.vue'
import ConnectionsView from './views/ConnectionsView.vue'

const local = { id: 'c1', name: 'Local', kind: 'openai', model: 'm', base_url: 'http://127.0.0.1:8080/v1', is_default: true, has_key: true, version: 4, settings: { context_tokens: 8192, reply_tokens: 400, temperature: null } }
const doors = { 'GET /api/connections': { items: [local], next_cursor: null }, 'POST /api/connections:discover': { found: [] } }

test('a connection says whether it works', async () => {
  fakeServer({ ...doors, 'POST /api/connections/c1:test': { ok: false, code: 'upstream_auth', detail: '401 from upstream', models: [] } })
  const { user } = await show(ConnectionsView)
  await user.click(await screen.findByRole('button', { name: 'Test Local' }))
  expect(await screen.findByText(/The server did not accept the key/)).toBeTruthy()
  expect(await faults()).toEqual([])
})

test('an edit leaves the stored key alone unless one is typed', async () => {
  const server = fakeServer({ ...doors, 'PATCH /api/connections/c1': local })
  const { user } = await show(ConnectionsView)
  await user.click(await screen.findByRole('button', { name: 'Edit Local' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Local' }))
  expect(dialog.getByLabelText<HTMLInputElement>('API key').value).toBe('')
  await user.clear(dialog.getByLabelText('Model'))
  await user.type(dialog.getByLabelText('Model'), 'big')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(server.asked('PATCH /api/connections/c1')[0]?.body).toEqual({ version: 4, name: 'Local', kind: 'openai', base_url: 'http://127.0.0.1:8080/v1', model: 'big', settings: local.settings }))
})

test('removing asks first', async () => {
  const server = fakeServer({ ...doors, 'DELETE /api/connections/c1': null })
  const { user } = await show(ConnectionsView, { beside: [ConfirmDialog] })
  await user.click(await screen.findByRole('button', { name: 'More actions for Local' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Remove' }))
  expect(server.asked('DELETE /api/connections/c1')).toEqual([])
  await user.click(within(await screen.findByRole('alertdialog', { name: 'Remove Local?' })).getByRole('button', { name: 'Remove' }))
  await waitFor(() => expect(server.asked('DELETE /api/connections/c1')).toHaveLength(1))
})

test('members see what they may use and change nothing', async () => {
  fakeServer(doors)
  await show(ConnectionsView, { role: 'member' })
  expect(await screen.findByRole('heading', { name: /Local/ })).toBeTruthy()
  expect(screen.queryByRole('button')).toBeNull()
})
