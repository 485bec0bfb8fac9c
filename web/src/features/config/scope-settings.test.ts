import { fireEvent, screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, expect, test } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'
import ToastList from '@/ui/ToastList.vue'
import ScopeSettings from './components/ScopeSettings.vue'
import type { Effective, Op, Path, Value } from './config.types'

const row = (path: string, more: Partial<Path>): Path => ({
  path, type: 'number', min: null, max: null, step: null, default: null, neutral: null, warn: null, choices: [], max_length: null, max_items: null,
  nullable: true, scopes: ['user', 'character', 'conversation'], group: 'sampling', advanced: true, ...more,
})
const paths: Path[] = [
  row('/reply/length', { type: 'enum', choices: ['short', 'medium', 'long', 'free'], default: 'free', group: 'reply', nullable: false }),
  row('/generation/reply_tokens', { type: 'integer', min: 1, max: 1_000_000, step: 1, neutral: 400, group: 'generation', nullable: false }),
  row('/generation/stop', { type: 'list', max_items: 4, max_length: 100, neutral: [], group: 'generation', nullable: false }),
  row('/generation/temperature', { min: 0, max: 5, step: 0.05, neutral: 1, warn: [null, 1.5] }),
  row('/generation/top_p', { min: 0, max: 1, step: 0.01, neutral: 1 }),
  row('/generation/min_p', { min: 0, max: 1, step: 0.01, neutral: 0 }),
  row('/generation/tfs', { min: 0, max: 1, step: 0.01, neutral: 1 }),
  row('/note/text', { type: 'string', max_length: 20_000, default: '', group: 'note', nullable: false }),
  row('/persona/id', { type: 'string', group: 'who' }),
  row('/connection/name', { type: 'string', group: 'who' }),
]
const chat = { type: 'conversation', id: 'v1' } as const
let mine: Record<string, Value>
let here: Record<string, Value>
let n: number

function effective(): Effective {
  const values = { ...Object.fromEntries(paths.map((one) => [one.path, one.default])), ...mine, ...here }
  const from = (path: string) => (path in here ? { type: 'conversation' as const, id: 'v1' } : path in mine ? { type: 'user' as const, id: 'u1' } : 'seed' as const)
  return {
    values, sources: Object.fromEntries(paths.map(({ path }) => [path, from(path)])), locked: [],
    layers: [{ scope: { type: 'user', id: 'u1' }, n: 1, values: mine }, { scope: { type: 'conversation', id: 'v1' }, n, values: here }],
  }
}
function server(refuse?: Response) {
  return fakeServer({
    'GET /api/config/paths': { items: paths },
    'GET /api/config/effective': () => effective(),
    'GET /api/personas': { items: [{ id: 'p1', name: 'Marta', is_default: true }, { id: 'p2', name: 'Captain', is_default: false }] },
    'GET /api/connections': { items: [{ id: 'c1', name: 'House', model: 'm', kind: 'llamacpp', is_default: true, samplers: ['temperature', 'top_p', 'min_p'] }] },
    'POST /api/config/revisions': ({ body }) => {
      if (refuse) return refuse
      for (const op of (body as { ops: Op[] }).ops) {
        if (op.op === 'set') here = { ...here, [op.path]: op.value }
        else here = Object.fromEntries(Object.entries(here).filter(([path]) => path !== op.path))
      }
      return { revision_id: 'r', n: ++n, effective: effective() }
    },
  })
}
const sent = (doors: ReturnType<typeof fakeServer>) => doors.asked('POST /api/config/revisions').map(({ body }) => body)
const settings = (view: 'plain' | 'expert' = 'plain') => {
  localStorage.setItem('config-view', JSON.stringify(view))
  return show(ScopeSettings, { props: { scope: chat }, beside: [ToastList] })
}
beforeEach(() => { mine = { '/generation/temperature': 0.7, '/generation/top_p': 0.95 }; here = {}; n = 0 })

test('a length is chosen by its card, kept in this scope, and taken back by the toast', async () => {
  const doors = server()
  const { user } = await settings()
  await user.click(await screen.findByRole('radio', { name: /Short/ }))
  await waitFor(() => expect(sent(doors)).toEqual([{ scope: chat, ops: [{ op: 'set', path: '/reply/length', value: 'short' }], base_n: 0 }]))
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(sent(doors)[1]).toEqual({ scope: chat, ops: [{ op: 'unset', path: '/reply/length' }] }))
})

test('the plain view says in a word what holds and from which layer, and nothing is wrong for screen readers', async () => {
  server()
  await settings()
  const slider = await screen.findByRole('slider', { name: 'Creativity' })
  expect(slider.getAttribute('aria-valuetext')).toBe('calm')
  expect(screen.getAllByText('mine')).toHaveLength(1)
  expect(await faults()).toEqual([])
})

test('turning a dial sets its values together in one revision', async () => {
  const doors = server()
  await settings()
  const slider = await screen.findByRole('slider', { name: 'Creativity' })
  await fireEvent.update(slider, '4')
  await fireEvent.change(slider)
  await waitFor(() => expect((sent(doors)[0] as { ops: Op[] }).ops).toEqual([
    { op: 'set', path: '/generation/temperature', value: 1.35 }, { op: 'set', path: '/generation/top_p', value: 0.98 },
  ]))
  expect(await screen.findByRole('button', { name: 'Reset Creativity (mine)' })).toBeTruthy()
})

test('the expert view takes a typed number, fits it, and gives it back to the layer below', async () => {
  const doors = server()
  const { user } = await settings('expert')
  const field = await screen.findByRole('spinbutton', { name: 'Temperature' })
  await fireEvent.update(field, '9')
  await fireEvent.change(field)
  await waitFor(() => expect(sent(doors)[0]).toMatchObject({ ops: [{ op: 'set', path: '/generation/temperature', value: 5 }] }))
  expect(await screen.findByText('Outside what usually works well.')).toBeTruthy()
  await user.click(await screen.findByRole('button', { name: 'Reset Temperature (mine)' }))
  await waitFor(() => expect(sent(doors)[1]).toMatchObject({ ops: [{ op: 'unset', path: '/generation/temperature' }], base_n: 1 }))
})

test('what a lower layer says is left to the model by null, and a sampler the connection does not know is marked', async () => {
  const doors = server()
  const { user } = await settings('expert')
  await user.click(await screen.findByRole('button', { name: 'Leave Temperature to the model' }))
  await waitFor(() => expect(sent(doors)[0]).toMatchObject({ ops: [{ op: 'set', path: '/generation/temperature', value: null }] }))
  expect(await screen.findAllByText('The connection in use does nothing with this.')).toHaveLength(1)
  expect(await faults()).toEqual([])
})

test('a change that came too late says so and shows what holds', async () => {
  const doors = server(problem(409, 'config_changed'))
  const { user } = await settings()
  await user.click(await screen.findByRole('radio', { name: /Long/ }))
  expect((await screen.findAllByText(/changed elsewhere/)).length).toBeGreaterThan(0)
  expect(doors.asked('GET /api/config/effective').length).toBeGreaterThan(1)
})

test('a persona is locked here, and the usual one is the way back', async () => {
  const doors = server()
  const { user } = await settings()
  await screen.findByRole('option', { name: 'Captain' })
  await user.selectOptions(screen.getByRole('combobox', { name: 'I play' }), 'Captain')
  await waitFor(() => expect(sent(doors)[0]).toMatchObject({ ops: [{ op: 'set', path: '/persona/id', value: 'p2' }] }))
  await user.selectOptions(screen.getByRole('combobox', { name: 'I play' }), 'As usual (Marta)')
  await waitFor(() => expect(sent(doors)[1]).toMatchObject({ ops: [{ op: 'unset', path: '/persona/id' }] }))
})

test('stop texts are added as typed and removed one by one', async () => {
  const doors = server()
  const { user } = await settings('expert')
  await user.type(await screen.findByRole('textbox', { name: 'Stop at' }), '\\nEnd')
  await user.click(screen.getByRole('button', { name: 'Add' }))
  await waitFor(() => expect(sent(doors)[0]).toMatchObject({ ops: [{ op: 'set', path: '/generation/stop', value: ['\nEnd'] }] }))
  await user.click(await screen.findByRole('button', { name: /\\nEnd/ }))
  await waitFor(() => expect(sent(doors)[1]).toMatchObject({ ops: [{ op: 'set', path: '/generation/stop', value: [] }] }))
})

test('groups leave the others out', async () => {
  server()
  await show(ScopeSettings, { props: { scope: chat, groups: ['note'] } })
  expect(await screen.findByRole('textbox', { name: "Author's note" })).toBeTruthy()
  expect(within(document.body).queryByRole('slider')).toBeNull()
})
