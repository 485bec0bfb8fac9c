import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, expect, test, vi } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer } from '@/testing/server'
import ToastList from '@/ui/ToastList.vue'
import QuickReplies from './components/QuickReplies.vue'
import PresetsView from './views/PresetsView.vue'
import PresetView from './views/PresetView.vue'
import type { Data, Kind, Preset } from './presets.types'

const preset = (id: string, kind: Kind, data: Data = {}, more: Partial<Preset> = {}): Preset => ({ id, kind, name: `The ${kind}`, updated_at: '2026-01-01T00:00:00Z', version: 2, deleted: false, data, warnings: [], ...more })
const chat = preset('p1', 'chat', { prompts: [{ identifier: 'main', name: 'Main', content: 'Write.', system_prompt: true }], prompt_order: [{ character_id: 100001, order: [{ identifier: 'main', enabled: true }, { identifier: 'chatHistory', enabled: true }] }] })
const made = { messages: [{ role: 'system', content: 'Write.' }], prompt: null, parts: [{ id: 'main', source: 'main', title: '', role: 'system', tokens: 7, text: 'Write.' }], prompt_tokens: 7, budget_tokens: 100, stop: [] }
const chats = { 'GET /api/conversations': { items: [{ id: 'c1', title: 'Harbour', character_name: 'Maren' }], next_cursor: null } }
beforeEach(() => { vi.stubGlobal('matchMedia', (query: string) => ({ matches: true, media: query, addEventListener() {}, removeEventListener() {} })) })
const open = (one: Preset) => show(PresetView, { at: `/presets/${one.id}`, props: { id: one.id }, beside: [ToastList] })

test('presets stand by kind; one is taken into use for all chats by config', async () => {
  const server = fakeServer({
    'GET /api/presets': ({ url }) => ({ items: url.searchParams.get('kind') === 'script' ? [preset('s1', 'script')] : [chat], next_cursor: null }),
    'GET /api/config/effective': { values: { '/preset/chat': 'p1', '/scripts/enabled': ['s9'] }, sources: {}, layers: [], locked: [] }, 'POST /api/config/revisions': { revision_id: 'r', n: 1, effective: {} },
  })
  const { user } = await show(PresetsView, { at: '/presets', beside: [ToastList] })
  expect(await screen.findByText('in use')).toBeTruthy()
  expect(await faults()).toEqual([])
  await user.click(screen.getByRole('link', { name: 'Regex scripts' }))
  await user.click(await screen.findByRole('button', { name: 'Actions: The script' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Use in all chats' }))
  await waitFor(() => expect(server.asked('POST /api/config/revisions')[0]?.body).toEqual({ scope: { type: 'user', id: null }, ops: [{ op: 'set', path: '/scripts/enabled', value: ['s9', 's1'] }] }))
})

test('a prompt is moved by the keyboard, and what follows is shown and saved', async () => {
  const server = fakeServer({ 'GET /api/presets/p1': chat, ...chats, 'POST /api/presets:preview': made, 'PATCH /api/presets/p1': ({ body }) => ({ ...chat, version: 3, data: (body as Preset).data }) })
  const { user } = await open(chat)
  const list = within(await screen.findByRole('list', { name: 'Prompts in order' }))
  list.getByRole('button', { name: /Main/, expanded: false }).focus()
  await user.keyboard('{Alt>}{ArrowDown}{/Alt}')
  expect(list.getAllByRole('switch').map((one) => one.getAttribute('aria-label'))).toEqual(['Tell Chat history', 'Tell Main'])
  await user.click(list.getByRole('switch', { name: 'Tell Main' }))
  await waitFor(() => expect(server.asked('POST /api/presets:preview').at(-1)?.body).toMatchObject({ kind: 'chat', conversation_id: 'c1', data: { prompt_order: [{ order: [{ identifier: 'chatHistory' }, { identifier: 'main', enabled: false }] }] } }))
  expect(await faults()).toEqual([])
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(server.asked('PATCH /api/presets/p1')[0]?.body).toMatchObject({ version: 2, data: { prompt_order: [{ order: [{ identifier: 'chatHistory' }, { identifier: 'main', enabled: false }] }] } }))
})

test('a prompt is rewritten, and the preview shows tokens by source and the very words', async () => {
  const server = fakeServer({ 'GET /api/presets/p1': chat, ...chats, 'POST /api/presets:preview': made })
  const { user } = await open(chat)
  await user.click(await screen.findByRole('button', { name: /Main/, expanded: false }))
  await user.type(screen.getByRole('textbox', { name: 'Text' }), ' More.')
  const preview = within(screen.getByRole('region', { name: 'The prompt it makes' }))
  expect(await preview.findByText('Write.')).toBeTruthy()
  expect(within(preview.getByRole('list', { name: 'Tokens by source' })).getByText('7')).toBeTruthy()
  await waitFor(() => expect(server.asked('POST /api/presets:preview').at(-1)?.body).toMatchObject({ data: { prompts: [{ content: 'Write. More.' }] } }))
})

test('a script is tested as it stands: what it finds is marked, what comes out is shown', async () => {
  const script = preset('s1', 'script', { scriptName: 'Spelling', findRegex: '/colou?r/g', replaceString: 'hue', placement: [2] })
  const server = fakeServer({ 'GET /api/presets/s1': script, 'POST /api/scripts:test': { text: 'A hue.', matches: [{ start: 2, end: 8 }], error: null } })
  const { user } = await open(script)
  await user.type(await screen.findByRole('textbox', { name: 'A text to try it on' }), 'A colour.')
  expect((await screen.findByText('colour')).tagName).toBe('MARK')
  expect(screen.getByRole('group', { name: 'What comes out' }).textContent).toBe('A hue.')
  expect(server.asked('POST /api/scripts:test').at(-1)?.body).toMatchObject({ text: 'A colour.', script: { findRegex: '/colou?r/g' } })
  await user.click(screen.getByRole('radio', { name: 'Only what is shown' }))
  await waitFor(() => expect(server.asked('POST /api/scripts:test').at(-1)?.body).toMatchObject({ script: { markdownOnly: true, promptOnly: false } }))
  expect(await faults()).toEqual([])
})

test('a template is written field by field, and the rest of its file stays', async () => {
  const context = preset('t1', 'context', { story_string: '{{description}}', chat_start: '***', custom: { a: 1 } })
  const server = fakeServer({ 'GET /api/presets/t1': context, ...chats, 'POST /api/presets:preview': { ...made, messages: null, prompt: 'A tale', stop: ['\nYou:'] }, 'PATCH /api/presets/t1': context })
  const { user } = await open(context)
  const start = await screen.findByRole('textbox', { name: 'Before the chat' })
  await user.clear(start)
  await user.type(start, '###')
  expect(await screen.findByText('A tale')).toBeTruthy()
  expect(screen.getByText('\\nYou:')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(server.asked('PATCH /api/presets/t1')[0]?.body).toEqual({ version: 2, data: { story_string: '{{description}}', chat_start: '###', custom: { a: 1 } } }))
  expect(await faults()).toEqual([])
})

test('plain quick replies are buttons, scripts are not', async () => {
  fakeServer({ 'GET /api/presets': { items: [preset('q1', 'quick_reply')], next_cursor: null }, 'GET /api/presets/q1': preset('q1', 'quick_reply', { qrList: [{ label: 'Wait', message: 'I wait.' }, { label: 'Roll', message: '/roll' }] }) })
  const take = vi.fn()
  const { user } = await show(QuickReplies, { props: { onTake: take } })
  await user.click(await screen.findByRole('button', { name: 'Wait' }))
  expect(take).toHaveBeenCalledWith('I wait.')
  expect(screen.queryByRole('button', { name: 'Roll' })).toBeNull()
  expect(await faults()).toEqual([])
})

test('a preset is started from one that ships', async () => {
  const alpaca = { kind: 'instruct', name: 'Alpaca', data: { name: 'Alpaca', input_sequence: '### Instruction:' } }
  const server = fakeServer({ 'GET /api/presets': { items: [], next_cursor: null }, 'GET /api/templates': { items: [], starters: [alpaca, { kind: 'chat', name: 'Default', data: {} }] }, 'POST /api/presets': preset('p9', 'instruct') })
  const { user } = await show(PresetsView, { at: '/presets?kind=instruct', beside: [ToastList] })
  await user.click(await screen.findByRole('button', { name: 'Start from…' }))
  expect(screen.queryByRole('menuitem', { name: 'Default' })).toBeNull()
  await user.click(await screen.findByRole('menuitem', { name: 'Alpaca' }))
  await waitFor(() => expect(server.asked('POST /api/presets')[0]?.body).toEqual(alpaca))
})
