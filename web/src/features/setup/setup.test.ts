import { screen, waitFor } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer } from '@/testing/server'
import { useTour } from '@/features/tour/tour.store'
import { isUsername, stepOf } from './setup.logic'
import SetupView from './views/SetupView.vue'

const samples = { items: [{ name: 'aria', title: 'Aria Voss', tagline: 'Keeps the last lit lantern.', tags: [], avatar_url: null }] }
const doors = {
  'POST /api/setup': { user: { id: 'u1', username: 'marta', role: 'owner' }, csrf_token: 't' },
  'POST /api/connections:discover': { found: [{ kind: 'openai', name: 'Ollama', base_url: 'http://127.0.0.1:11434/v1', models: ['a', 'b'] }] },
  'POST /api/connections': { id: 'c1' },
  'GET /api/connections': { items: [], next_cursor: null },
  'GET /api/characters/samples': samples,
  'POST /api/characters/samples/aria:add': { filename: 'aria', status: 'imported', character_id: 'ch1', warnings: [] },
  'POST /api/conversations': { id: 'conv-1' },
}

test('each standing has its step', () => {
  expect([stepOf('setup', 'character'), stepOf('signed-in', undefined), stepOf('signed-in', 'character')]).toEqual(['owner', 'model', 'character'])
  expect(['marta', '林墨', 'a b', '', 'a\u200bb'].map(isUsername)).toEqual([true, true, false, false, false])
})

test('an empty server becomes a chat: owner, found model, first character', async () => {
  const server = fakeServer(doors)
  const { user, router } = await show(SetupView, { at: '/setup', session: { user: null, standing: 'setup' } })
  await user.type(await screen.findByLabelText('Name'), 'marta')
  await user.type(screen.getByLabelText('Password'), 'lantern-1')
  await user.click(screen.getByRole('button', { name: 'Continue' }))

  await waitFor(() => expect(screen.getByRole<HTMLInputElement>('radio', { name: /Ollama/ }).checked).toBe(true))
  expect(useTour().at).toBe(0)
  expect(await faults()).toEqual([])
  await user.click(screen.getByRole('button', { name: 'Continue' }))
  await user.click(await screen.findByRole('button', { name: /Aria Voss/ }))
  await waitFor(() => expect(router.currentRoute.value.path).toBe('/chat/conv-1'))

  expect(server.asked('POST /api/connections')[0]?.body).toMatchObject({ kind: 'openai', base_url: 'http://127.0.0.1:11434/v1', model: 'a', is_default: true })
  expect(server.asked('POST /api/conversations')[0]?.body).toEqual({ character_id: 'ch1' })
})

test('a first owner hears what is wrong before anything is sent', async () => {
  const server = fakeServer(doors)
  const { user } = await show(SetupView, { at: '/setup', session: { user: null, standing: 'setup', codeRequired: true } })
  await user.click(await screen.findByRole('button', { name: 'Continue' }))
  for (const description of ['1 to 64 visible characters, no blanks', 'Enter the code from the terminal']) expect(screen.getByRole('textbox', { description })).toBeTruthy()
  expect(server.calls).toEqual([])
})

test('going on without naming a model asks the server for one', async () => {
  const server = fakeServer({ ...doors, 'POST /api/connections:discover': { found: [] }, 'POST /api/connections:test': { ok: true, latency_ms: 5, models: ['small'] } })
  const { user } = await show(SetupView, { at: '/setup', session: { user: { id: 'u1', username: 'marta', role: 'owner' }, standing: 'signed-in' } })
  await user.click(await screen.findByRole('radio', { name: /Another server/ }))
  await user.type(screen.getByLabelText('Address'), 'http://127.0.0.1:9/v1')
  await user.click(screen.getByRole('button', { name: 'Continue' }))
  await waitFor(() => expect(server.asked('POST /api/connections')[0]?.body).toMatchObject({ base_url: 'http://127.0.0.1:9/v1', model: 'small' }))
})
