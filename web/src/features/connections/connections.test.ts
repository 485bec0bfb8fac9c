import { screen, waitFor, within } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer } from '@/testing/server'
import ConfirmDialog from '@/ui/ConfirmDialog.vue'
import ConnectionsView from './views/ConnectionsView.vue'

const local = { id: 'c1', name: 'Local', kind: 'openai', model: 'm', base_url: 'http://127.0.0.1:8080/v1', is_default: true, has_key: true, version: 4, settings: { context_tokens: 8192, reply_tokens: 400, temperature: null, template: '', tokenizer: '', prices: null, fallbacks: [] } }
const calm = { state: 'closed', failures: 0, retry_in_seconds: null, loading: false, code: null }
const spare = { ...local, id: 'c2', name: 'Spare', is_default: false }
const third = { ...local, id: 'c3', name: 'Third', is_default: false }
const doors = { 'GET /api/connections': { items: [local], next_cursor: null }, 'POST /api/connections:discover': { found: [] }, 'GET /api/connections/c1/models': { items: [] }, 'GET /api/connections/c1/status': calm, 'GET /api/connections/c2/status': calm, 'GET /api/connections/c3/status': calm }

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

test('a connection that rests says for how long', async () => {
  fakeServer({ ...doors, 'GET /api/connections/c1/status': { ...calm, state: 'open', failures: 5, retry_in_seconds: 24.4, code: 'upstream_timeout' } })
  await show(ConnectionsView)
  expect(await screen.findByText(/Rests 2[45] s/)).toBeTruthy()
  expect(await faults()).toEqual([])
})

test('who is asked instead is put in order by keyboard', async () => {
  const server = fakeServer({ ...doors, 'GET /api/connections': { items: [local, spare, third], next_cursor: null }, 'PATCH /api/connections/c1': local })
  const { user } = await show(ConnectionsView)
  await user.click(await screen.findByRole('button', { name: 'Edit Local' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Local' }))
  await user.click(dialog.getByText('When it does not answer, and what it costs'))
  const more = dialog.getByRole('combobox', { name: 'Add a connection to ask instead' })
  await user.selectOptions(more, 'c2')
  await user.selectOptions(dialog.getByRole('combobox', { name: 'Add a connection to ask instead' }), 'c3')
  dialog.getByRole('button', { name: 'Ask Third earlier' }).focus()
  await user.keyboard('{Enter}')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(server.asked('PATCH /api/connections/c1')[0]?.body).toMatchObject({ settings: { fallbacks: ['c3', 'c2'] } }))
})

test('what counts the tokens can be chosen when the name of the model does not tell', async () => {
  const server = fakeServer({ ...doors, 'PATCH /api/connections/c1': local })
  const { user } = await show(ConnectionsView)
  await user.click(await screen.findByRole('button', { name: 'Edit Local' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Local' }))
  await user.selectOptions(dialog.getByRole('combobox', { name: 'Tokens are counted by' }), 'llama3')
  await user.click(dialog.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(server.asked('PATCH /api/connections/c1')[0]?.body).toMatchObject({ settings: { tokenizer: 'llama3' } }))
})

test('a test offers the models with what the server tells of them', async () => {
  const known = [{ id: 'big', context_tokens: 131072, usable_tokens: null, capabilities: ['vision'], template: null }]
  fakeServer({ ...doors, 'POST /api/connections:test': { ok: true, latency_ms: 12, models: ['big'], known } })
  const { user } = await show(ConnectionsView)
  await user.click(await screen.findByRole('button', { name: 'Add connection' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Add connection' }))
  await user.selectOptions(dialog.getByLabelText('Kind'), 'ollama')
  expect(dialog.getByLabelText<HTMLInputElement>('Address').value).toBe('http://127.0.0.1:11434')
  await user.click(dialog.getByRole('button', { name: 'Test' }))
  expect(await dialog.findByText(/reads 131,072 tokens · sees pictures/)).toBeTruthy()
  expect(dialog.getByLabelText<HTMLInputElement>('Model').value).toBe('big')
  expect(await faults()).toEqual([])
})
