import { screen, waitFor, within } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer, problem, type Doors } from '@/testing/server'
import ToastList from '@/ui/ToastList.vue'
import type { Group, Member } from './groups.api'
import { joined, keyOf, moved, told } from './members.logic'
import GroupsView from './views/GroupsView.vue'
import GroupView from './views/GroupView.vue'

const member = (id: string | null, name: string, is_muted = false): Member => ({ character_id: id, name, avatar_url: null, is_muted })
const trio = [member('m', 'Mira'), member('b', 'Bo', true), member(null, 'Kit')]
const crew = (more: Partial<Group> = {}): Group => ({
  id: 'g1', name: 'Crew', members: trio, strategy: 'natural', cards: 'speaker', prefix: '', suffix: '', answers_itself: false, auto_seconds: 5,
  created_at: '2026-11-21T20:00:00Z', updated_at: '2026-11-21T20:00:00Z', version: 3, deleted: false, ...more,
})
/** A server that keeps one group, as the real one does: a change makes the next version. */
function keeping(start: Group = crew(), more: Doors = {}) {
  let group = start
  const server = fakeServer({
    'GET /api/groups/g1': () => group,
    'PATCH /api/groups/g1': ({ body }) => {
      const { version, members, ...given } = body as Partial<Group> & { version: number }
      if (version !== group.version) return problem(409, 'conflict')
      const known = new Map(group.members.map((one) => [keyOf(one), one]))
      const next = members?.map((one) => ({ ...(known.get(one.character_id ?? `gone ${one.name}`) ?? member(one.character_id, one.character_id ?? '')), is_muted: one.is_muted }))
      return (group = { ...group, ...given, ...(next && { members: next }), version: version + 1 })
    },
    ...more,
  })
  return { ...server, now: () => group, changes: () => server.asked('PATCH /api/groups/g1').map(({ body }) => body) }
}
const one = (at = '/groups/g1') => show(GroupView, { at, props: { id: 'g1' }, beside: [ToastList] })
const rows = () => within(screen.getByRole('list', { name: 'Members' })).getAllByRole('listitem')

test('members are moved, joined and told by what they are', () => {
  expect(moved(trio, 'b', -1).map(({ name }) => name)).toEqual(['Bo', 'Mira', 'Kit'])
  expect(moved(trio, 'm', -1)).toEqual(trio)
  expect(joined(trio, [{ id: 'b', name: 'Bo', avatar_url: null }, { id: 'z', name: 'Zoe', avatar_url: null }]).map(keyOf)).toEqual(['m', 'b', 'gone Kit', 'z'])
  expect(told(trio)).toEqual([{ character_id: 'm', is_muted: false }, { character_id: 'b', is_muted: true }, { name: 'Kit', is_muted: false }])
})

test('every group stands in the grid with who is in it', async () => {
  fakeServer({ 'GET /api/groups': { items: [crew()], next_cursor: null } })
  await show(GroupsView, { at: '/groups' })
  const tile = await screen.findByRole('link', { name: /Crew/ })
  expect(tile.getAttribute('href')).toBe('/groups/g1')
  expect(tile.textContent).toContain('3 members · Mira, Bo, Kit')
  expect(await faults()).toEqual([])
})

test('without a group the page says what one is for, and a group is made of chosen characters', async () => {
  const characters = [{ id: 'm', name: 'Mira', avatar_url: null }, { id: 'b', name: 'Bo', avatar_url: null }]
  const server = fakeServer({
    'GET /api/groups': { items: [], next_cursor: null }, 'GET /api/characters': { items: characters, next_cursor: null, total: 2 }, 'POST /api/groups': crew(),
  })
  const { user, router } = await show(GroupsView, { at: '/groups' })
  await screen.findByText('No group yet')
  await user.click(screen.getAllByRole('button', { name: 'New group' })[0]!)
  const make = await screen.findByRole('button', { name: 'Make the group' })
  expect(make.hasAttribute('disabled')).toBe(true)
  await user.click(await screen.findByRole('button', { name: 'Bo' }))
  await user.click(screen.getByRole('button', { name: 'Mira' }))
  expect(screen.getByText('2 chosen')).toBeTruthy()
  expect(await faults()).toEqual([])
  await user.click(make)
  await waitFor(() => expect(server.asked('POST /api/groups')[0]?.body).toEqual({ name: '', members: [{ character_id: 'b' }, { character_id: 'm' }] }))
  await waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/groups/g1'))
})

test('a member is muted, moved by the keyboard and taken out, each with the version that stands by then', async () => {
  const server = keeping(crew(), { 'POST /api/groups/g1:bring-back': () => crew({ version: 9 }) })
  const { user } = await one()
  await user.click(await screen.findByRole('button', { name: 'Mute Mira' }))
  await waitFor(() => expect(server.now().members[0]?.is_muted).toBe(true))
  within(rows()[0]!).getByRole('link').focus()
  await user.keyboard('{Alt>}{ArrowDown}{/Alt}')
  await waitFor(() => expect(rows().map((row) => row.querySelector('.font-medium')?.textContent)).toEqual(['Bo', 'Mira', 'Kit']))
  await waitFor(() => expect(document.activeElement).toBe(within(rows()[1]!).getByRole('link')))
  await user.click(screen.getByRole('button', { name: 'More about Kit' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Take out of the group' }))
  await waitFor(() => expect(server.now().members.map(({ name }) => name)).toEqual(['Bo', 'Mira']))
  expect(server.changes().map((change) => (change as Group).version)).toEqual([3, 4, 5])
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(server.asked('POST /api/groups/g1:bring-back')[0]?.body).toEqual({ version: 6, to: 5 }))
  expect(await faults()).toEqual([])
})

test('two quick changes follow each other, so that neither is lost', async () => {
  const server = keeping()
  const { user } = await one()
  await user.click(await screen.findByRole('button', { name: 'Mute Mira' }))
  await user.click(screen.getByRole('button', { name: 'Mute Bo' }))
  await waitFor(() => expect(server.now().members.map(({ is_muted }) => is_muted)).toEqual([true, false, false]))
})

test('the rules hold at once, a name when its field is left; an empty one is put back', async () => {
  const server = keeping()
  const { user } = await one('/groups/g1?tab=rules')
  await user.click(await screen.findByRole('radio', { name: /In turn/ }))
  const name = screen.getByRole('textbox', { name: 'Name' })
  await user.clear(name)
  await user.tab()
  await waitFor(() => expect((name as HTMLInputElement).value).toBe('Crew'))
  await user.clear(name)
  await user.type(name, 'Watch')
  await user.tab()
  await user.click(screen.getByRole('radio', { name: /^Everybody'sThe muted/ }))
  await waitFor(() => expect(server.changes()).toEqual([{ version: 3, strategy: 'pooled' }, { version: 4, name: 'Watch' }, { version: 5, cards: 'all' }]))
  expect(await screen.findByRole('textbox', { name: /Before each card/ })).toBeTruthy()
  expect(await faults()).toEqual([])
})

test('a chat begins from here, and a group of which nobody is left says so', async () => {
  const server = keeping(crew(), { 'POST /api/conversations': { id: 'k9' } })
  const { user, router } = await one()
  await user.click(await screen.findByRole('button', { name: 'Start a chat' }))
  await waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/chat/k9'))
  expect(server.asked('POST /api/conversations')[0]?.body).toEqual({ group_id: 'g1' })
})

test('a group of which nobody is left says so and begins no chat', async () => {
  keeping(crew({ members: [member(null, 'Kit')] }))
  await one()
  expect(await screen.findByText(/None of these characters is there/)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Start a chat' }).hasAttribute('disabled')).toBe(true)
})

test('a group goes to the trash and comes back by the toast', async () => {
  const server = keeping(crew(), { 'DELETE /api/groups/g1': null, 'POST /api/groups/g1:restore': crew() })
  const { user } = await one()
  await user.click(await screen.findByRole('button', { name: 'More actions' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Delete' }))
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(server.asked('POST /api/groups/g1:restore')).toHaveLength(1))
})

test('what another device changed is read again after a refusal', async () => {
  const server = keeping(crew(), { 'PATCH /api/groups/g1': () => problem(409, 'conflict', 'Somebody changed it.') })
  const { user } = await one()
  await user.click(await screen.findByRole('button', { name: 'Mute Mira' }))
  await waitFor(() => expect(server.asked('GET /api/groups/g1').length).toBeGreaterThan(1))
})
