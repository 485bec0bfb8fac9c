import { configure, fireEvent, screen, waitFor, within } from '@testing-library/vue'
import userEvent from '@testing-library/user-event'
import axe from 'axe-core'
import { expect, it, vi } from 'vitest'
import { useSelection } from '../selection.store'
import { fakeServer, message, mountInChat } from '../harness'
import { rowsOfTree } from '../tree.logic'
import BookmarksDialog from './BookmarksDialog.vue'
import BranchTree from './BranchTree.vue'
import CompareDialog from './CompareDialog.vue'
import DaysDialog from './DaysDialog.vue'
import HistoryDialog from './HistoryDialog.vue'
import MessageRow from './MessageRow.vue'
import SelectionBar from './SelectionBar.vue'

// A dialog is a lot to draw for a machine that is busy.
configure({ asyncUtilTimeout: 5000 })
vi.setConfig({ testTimeout: 20_000 })

const opened = { conversationId: 'c', open: true, 'onUpdate:open': vi.fn() }
const page = (items: unknown[]) => () => ({ json: { items, next_cursor: null } })
const rules = { 'color-contrast': { enabled: false }, region: { enabled: false }, 'page-has-heading-one': { enabled: false }, 'heading-order': { enabled: false } }
async function faultless(): Promise<void> {
  const { violations } = await axe.run(document.body, { rules })
  expect(violations.map((found) => [found.id, found.nodes[0]?.html])).toEqual([])
}

it('turns to the first message of a day', async () => {
  fakeServer({ 'GET /api/conversations/c/days': page([{ day: '2026-11-21', message_id: 'm9', count: 12 }]) })
  const { heard } = await mountInChat(DaysDialog, { props: opened })
  await userEvent.click(await screen.findByRole('button', { name: 'Saturday, November 21, 2026: 12 messages' }))
  expect(heard.reach).toHaveBeenCalledWith('m9', 'start')
})

it('goes to a bookmark on another branch, names one and takes one away', async () => {
  const item = { message_id: 'm', label: null, role: 'user', name: 'You', text: 'The *door* opens', created_at: '2026-11-21T20:00:00Z', on_active_path: false }
  const calls = fakeServer({ 'GET /api/conversations/c/bookmarks': page([item]) })
  const { heard } = await mountInChat(BookmarksDialog, { props: opened })
  await userEvent.click(await screen.findByRole('button', { name: 'Name the bookmark' }))
  await userEvent.type(screen.getByRole('textbox', { name: 'Name of the bookmark' }), 'Door{Enter}')
  await waitFor(() => expect(calls.find((call) => call.method === 'PUT')).toMatchObject({ path: '/api/messages/m/bookmark', body: { label: 'Door', conversation_id: 'c' } }))
  await userEvent.click(await screen.findByRole('button', { name: /The door opens/ }))
  expect(heard.goThere).toHaveBeenCalledWith('m')
  await faultless()
})

const change = { event_id: 'e1', kind: 'messages.changed', action: 'delete', at: '2026-11-21T21:04:00Z', count: 3, name: 'You', text: 'Gone', state: 'done', undoable: true }
it('tells what was done and takes it back', async () => {
  const calls = fakeServer({ 'GET /api/conversations/c/changes': page([change, { ...change, event_id: 'e0', state: 'undone', undoable: false }]) })
  await mountInChat(HistoryDialog, { props: opened })
  const [first, second] = await screen.findAllByRole('listitem')
  expect([first!.textContent, second!.textContent]).toEqual([expect.stringContaining('3 messages deleted'), expect.stringContaining('undone')])
  await userEvent.click(within(first!).getByRole('button', { name: 'Take back' }))
  await waitFor(() => expect(calls.map((call) => call.path)).toContain('/api/conversations/c/changes/e1:undo'))
  await faultless()
})

it('compares two versions word by word and shows the one that is chosen', async () => {
  const items = ['rope', 'salt'].map((word, index) => ({ id: `v${index}`, index, text: `It smells of ${word}.` }))
  const calls = fakeServer({ 'GET /api/messages/m/variants': () => ({ json: { items } }) })
  await mountInChat(CompareDialog, { props: { open: true, messageId: 'm' }, messages: [message('m', { variant: { id: 'v1', index: 1, count: 2 } })] })
  await userEvent.click(await screen.findByRole('switch', { name: 'Mark the differences' }))
  expect((await screen.findByText('rope')).tagName).toBe('DEL')
  await userEvent.click(screen.getAllByRole('button', { name: 'Use this version' })[0]!)
  await waitFor(() => expect(calls.at(-1)?.body).toMatchObject({ variant_id: 'v0' }))
  await faultless()
})

it('walks the tree by keys and goes where Enter is pressed', async () => {
  const node = (id: string, parent_id: string | null, active: boolean) =>
    ({ id, parent_id, role: 'user' as const, name: 'You', text: `Text ${id}`, variants: 1, depth: 0, run: 2, first_id: id, last_id: id, active })
  const onGo = vi.fn()
  fakeServer()
  await mountInChat(BranchTree, { props: { rows: rowsOfTree([node('a', null, true), node('b', 'a', true), node('c', 'a', false)]), onGo } })
  const items = await screen.findAllByRole('treeitem')
  expect(items.map((item) => item.getAttribute('aria-level'))).toEqual(['1', '2', '1'])
  await fireEvent.keyDown(items[2]!, { key: 'ArrowUp' })
  await fireEvent.keyDown(items[1]!, { key: 'Enter' })
  expect(onGo).toHaveBeenCalledWith(expect.objectContaining({ node: expect.objectContaining({ id: 'c' }) }))
  await faultless()
})

it('does one thing with all that are chosen, and offers it back', async () => {
  const calls = fakeServer({ 'POST /api/conversations/c/messages:bulk': () => ({ json: { changed: 2, position: 9 } }) })
  await mountInChat(SelectionBar, { messages: ['a', 'b', 'c'].map((id) => message(id)) })
  const selection = useSelection()
  selection.begin('a')
  selection.extend('b', ['a', 'b', 'c'])
  expect(await screen.findByText('2 messages selected')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }))
  await waitFor(() => expect(calls.at(-1)?.body).toEqual({ action: 'delete', message_ids: ['a', 'b'] }))
  await waitFor(() => expect(selection.active).toBe(false))
})

it('chooses a range with Shift', async () => {
  fakeServer()
  await mountInChat(MessageRow, { props: { message: message('c'), last: true }, messages: ['a', 'b', 'c'].map((id) => message(id)) })
  const selection = useSelection()
  selection.begin('a')
  const user = userEvent.setup()
  await user.keyboard('{Shift>}')
  await user.click(await screen.findByRole('checkbox', { name: /Select: Aria/ }))
  expect([...selection.chosen]).toEqual(['a', 'b', 'c'])
})
