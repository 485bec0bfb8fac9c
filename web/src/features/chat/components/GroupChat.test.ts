import { screen, waitFor, within } from '@testing-library/vue'
import userEvent from '@testing-library/user-event'
import axe from 'axe-core'
import { beforeEach, expect, it, vi } from 'vitest'
import { computed, defineComponent, h, ref } from 'vue'
import { useAuto } from '../auto.store'
import type { ConversationDetail, ConversationGroup } from '../chat.types'
import { useAutoMode } from '../composables/auto'
import { useScreen } from '../composables/screen'
import { fakeServer, message, mountInChat } from '../harness'
import ChatComposer from './ChatComposer.vue'
import ConversationRow from './ConversationRow.vue'
import GroupTab from './GroupTab.vue'

const post = 'POST /v1/agent/messages'
const accepted = { task_id: 't', message_id: 'm', reply_message_id: 'r', conversation_id: 'c', position: 9 }
const members = [
  { character_id: 'm', name: 'Mira', avatar_url: null, is_muted: false }, { character_id: 'b', name: 'Bo', avatar_url: null, is_muted: true },
  { character_id: null, name: 'Kit', avatar_url: null, is_muted: false },
]
const group: ConversationGroup = { id: 'g1', name: 'Crew', members, member_count: 3, deleted: false }
const kept = { id: 'g1', name: 'Crew', members, strategy: 'manual', cards: 'speaker', prefix: '', suffix: '', answers_itself: false, auto_seconds: 2, version: 1, deleted: false }
const detail = { id: 'c', character_id: null, character_name: 'Crew', avatar_url: null, title: 'Crew', group } as unknown as ConversationDetail
const props = { conversationId: 'c', name: 'Crew' }
const bodies = (calls: ReturnType<typeof fakeServer>) => calls.filter(({ path }) => path === '/v1/agent/messages').map(({ body }) => body)

beforeEach(() => localStorage.clear())

it('lets somebody speak when nothing was written', async () => {
  const calls = fakeServer({ [post]: () => ({ status: 202, json: accepted }) })
  await mountInChat(ChatComposer, { props, group, messages: [message('r')] })
  await userEvent.click(screen.getByRole('button', { name: 'Let somebody speak' }))
  await waitFor(() => expect(bodies(calls)).toMatchObject([{ action: 'speak', conversation_id: 'c' }]))
  expect(bodies(calls)[0]).not.toHaveProperty('member')
})

it('has the one who is chosen answer the next message, and the rules the one after', async () => {
  const calls = fakeServer({ [post]: () => ({ status: 202, json: accepted }) })
  await mountInChat(ChatComposer, { props, group, messages: [message('r')] })
  await userEvent.click(screen.getByRole('button', { name: 'Who answers: by the rules' }))
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Bo' }))
  expect(screen.queryByRole('menuitem', { name: 'Kit' })).toBeNull()
  expect(screen.getByText('Bo answers')).toBeTruthy()
  const box = screen.getByRole('textbox', { name: 'Message Crew' })
  await userEvent.type(box, 'You?{Enter}')
  await waitFor(() => expect(bodies(calls)).toMatchObject([{ content: 'You?', member: 'b' }]))
  await userEvent.type(box, 'And now?{Enter}')
  await waitFor(() => expect(bodies(calls)).toHaveLength(2))
  expect(bodies(calls)[1]).not.toHaveProperty('member')
})

it('writes a line in the part of a member, with their character', async () => {
  const calls = fakeServer({ [post]: () => ({ status: 202, json: accepted }) })
  await mountInChat(ChatComposer, { props, group, messages: [message('r')] })
  await userEvent.click(screen.getByRole('button', { name: /^Speaking as/ }))
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Mira' }))
  await userEvent.type(screen.getByRole('textbox', { name: 'Message Crew' }), 'Aye.{Enter}')
  await waitFor(() => expect(bodies(calls)).toMatchObject([{ as: { role: 'character', character_id: 'm', name: 'Mira' }, reply: false }]))
})

it('lets a member speak from the panel, and changes the rule', async () => {
  const calls = fakeServer({ [post]: () => ({ status: 202, json: accepted }), 'GET /api/groups/g1': () => ({ json: kept }), 'PATCH /api/groups/g1': () => ({ json: { ...kept, strategy: 'list', version: 2 } }) })
  const { container } = await mountInChat(GroupTab, { props: { detail, group }, group, messages: [message('r')] })
  await userEvent.click(await screen.findByRole('button', { name: 'Let Bo speak' }))
  await waitFor(() => expect(bodies(calls)).toMatchObject([{ action: 'speak', member: 'b' }]))
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Who answers' }), 'list')
  await waitFor(() => expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ version: 1, strategy: 'list' }))
  expect((await axe.run(container, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } })).violations.map(({ id }) => id)).toEqual([])
})

it('offers to keep those as a group who came with a chat alone', async () => {
  const calls = fakeServer({ 'POST /api/conversations/c/group': () => ({ status: 201, json: detail }) })
  await mountInChat(GroupTab, { props: { detail, group: { ...group, id: null } }, group })
  await userEvent.click(screen.getByRole('button', { name: 'Keep as a group' }))
  await waitFor(() => expect(calls.map(({ path }) => path)).toContain('/api/conversations/c/group'))
})

it('tells in the list who of the group said what, under its present name', async () => {
  fakeServer()
  const conversation = { ...detail, last_message: { role: 'character', name: 'Bo', text: 'Cold night.' }, group: { ...group, name: 'Watch' }, updated_at: '2026-11-21T20:00:00Z' }
  await mountInChat(ConversationRow, { props: { conversation, current: false, trash: false } })
  const row = within(screen.getByRole('link'))
  expect(row.getByText('Watch')).toBeTruthy()
  expect(row.getByText('Bo: Cold night.')).toBeTruthy()
})

it('goes on by itself after a pause while nobody writes, and stops when that is refused', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  const calls = fakeServer({ [post]: () => (bodies(calls).length > 1 ? { status: 422, json: { code: 'nothing_to_answer' } } : { status: 202, json: accepted }) })
  const Stage = defineComponent(() => {
    useAutoMode({ conversationId: ref('c'), group: computed(() => group), actions: useScreen().actions, seconds: ref(2) })
    return () => h('i')
  })
  const { chat } = await mountInChat(Stage, { messages: [message('r')] })
  const auto = useAuto()
  auto.writing = true
  auto.turn('c', true)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(bodies(calls)).toEqual([])
  auto.writing = false
  await vi.advanceTimersByTimeAsync(2_500)
  await waitFor(() => expect(bodies(calls)).toHaveLength(1))
  chat.begin(10, { items: [message('r'), message('r2')], next_cursor: null })
  await vi.advanceTimersByTimeAsync(2_500)
  await waitFor(() => expect(auto.has('c')).toBe(false))
  expect(bodies(calls)).toHaveLength(2)
  vi.useRealTimers()
})
