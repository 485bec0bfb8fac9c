import { screen, waitFor } from '@testing-library/vue'
import userEvent from '@testing-library/user-event'
import axe from 'axe-core'
import { expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import FindBar from './components/FindBar.vue'
import { useFind, type Find } from './composables/find'
import { fakeServer, mountInChat } from './harness'

const hit = (id: string) => ({ kind: 'message', id, conversation_id: 'c', snippet: [] })
let find: Find

async function show(ids: string[]) {
  const calls = fakeServer({ 'GET /api/search': () => ({ json: { items: ids.map(hit), next_cursor: null } }) })
  const reach = vi.fn(async () => true)
  const Bar = defineComponent(() => {
    find = useFind(ref('c'), reach)
    return () => (find.open.value ? h(FindBar, { find }) : h('i'))
  })
  const view = await mountInChat(Bar)
  return { ...view, calls, reach }
}

it('goes from hit to hit, round at the ends, and says where it is', async () => {
  const { reach, container } = await show(['new', 'old'])
  await find.begin('lantern')
  expect(await screen.findByText('1 of 2')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Earlier hit' }))
  expect(await screen.findByText('2 of 2')).toBeTruthy()
  await userEvent.click(screen.getByRole('searchbox', { name: 'Words to find' }))
  await userEvent.keyboard('{Enter}')
  expect(reach.mock.calls).toEqual([['new'], ['old'], ['new']])
  expect((await axe.run(container)).violations).toEqual([])
})

it('looks for other words when they were changed, and says when there are none', async () => {
  const { calls } = await show([])
  await find.begin('lantern')
  expect(await screen.findByText('Nothing found')).toBeTruthy()
  await userEvent.type(screen.getByRole('searchbox'), 's{Enter}')
  await waitFor(() => expect(calls.filter((call) => call.path === '/api/search')).toHaveLength(2))
})

it('gives the place back to writing', async () => {
  const { heard } = await show(['new'])
  await find.begin('lantern')
  await userEvent.type(await screen.findByRole('searchbox'), '{Escape}')
  await waitFor(() => expect(screen.queryByRole('searchbox')).toBeNull())
  expect(heard.focusComposer).toHaveBeenCalled()
})
