import { fireEvent, screen, waitFor, within } from '@testing-library/vue'
import userEvent from '@testing-library/user-event'
import axe from 'axe-core'
import { expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { useChat } from '../chat.store'
import { fakeServer, message, mountInChat } from '../harness'
import MessageRow from './MessageRow.vue'

const row = () => screen.getByRole('group', { name: 'Aria' })
/** The row as the list shows it: with the message as the store has it now. */
const LiveRow = defineComponent({
  props: { last: { type: Boolean, default: true } },
  setup: (props) => { const chat = useChat(); return () => h(MessageRow, { message: chat.messages.m!, last: props.last }) },
})
const button = (name: string) => within(row()).getByRole('button', { name })
async function show(more: Parameters<typeof message>[1] = {}, props: Record<string, unknown> = {}, answers: Parameters<typeof fakeServer>[0] = {}) {
  const calls = fakeServer(answers)
  const one = message('m', more)
  const view = await mountInChat(LiveRow, { props, messages: [one] })
  return { ...view, calls, paths: () => calls.map((call) => `${call.method} ${call.path}`) }
}

it('is a group named after who speaks, with a heading', async () => {
  await show()
  expect(within(row()).getByRole('heading', { level: 2 }).textContent).toBe('Aria')
  expect(row().textContent).toContain('Text of m.')
})

it('writes again, branches and continues', async () => {
  const { calls } = await show()
  await userEvent.click(button('Write again'))
  await userEvent.click(button('Branch from here'))
  await userEvent.click(button('Continue'))
  await waitFor(() => expect(calls.map((call) => call.body.action ?? call.path)).toEqual(['regenerate', '/api/messages/m:branch', 'continue']))
})

it('goes from version to version, and beyond the last one asks for a new one', async () => {
  const items = [{ id: 'a', index: 0 }, { id: 'b', index: 1 }]
  const { calls } = await show({ variant: { id: 'b', index: 1, count: 2 } }, {}, { 'GET /api/messages/m/variants': () => ({ json: { items } }) })
  await userEvent.click(button('Version before'))
  await waitFor(() => expect(calls.at(-1)?.body).toMatchObject({ variant_id: 'a', conversation_id: 'c' }))
  await userEvent.click(button('Write a new version'))
  await waitFor(() => expect(calls.at(-1)?.body.action).toBe('swipe'))
})

it('offers no new version of a greeting', async () => {
  await show({ parent_id: null, variant: { id: 'g', index: 1, count: 2 } })
  expect(button('Next version')).toHaveProperty('disabled', true)
  expect(within(row()).queryByRole('button', { name: 'Write again' })).toBeNull()
})

it('shows an older message its tools only when it is reached', async () => {
  await show({}, { last: false })
  expect(within(row()).queryByRole('toolbar')).toBeNull()
  await fireEvent.focusIn(row())
  expect(within(row()).getByRole('toolbar')).toBeTruthy()
})

it('has the rest behind "more"', async () => {
  const { paths } = await show()
  await userEvent.click(button('More actions'))
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Delete' }))
  await waitFor(() => expect(paths()).toContain('POST /api/messages/m:delete'))
})

it('explains itself on demand', async () => {
  const { heard } = await show()
  await userEvent.click(button('More actions'))
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Why this reply' }))
  expect(heard.explain).toHaveBeenCalledWith('m')
})

it('is edited in place: Ctrl+Enter saves what the page saw', async () => {
  const { calls, chat } = await show()
  await userEvent.click(button('Edit'))
  const box = within(row()).getByRole('textbox', { name: /Text of the message/ })
  await userEvent.type(box, ' More.{Control>}{Enter}{/Control}')
  await waitFor(() => expect(calls.at(-1)?.body).toEqual({ conversation_id: 'c', text: 'Text of m. More.', version: 1 }))
  await waitFor(() => expect(chat.editing).toBeNull())
})

it('leaves an edit with Escape', async () => {
  const { calls, chat } = await show()
  await userEvent.click(button('Edit'))
  await userEvent.type(within(row()).getByRole('textbox'), 'x{Escape}')
  expect([chat.editing, calls.length]).toEqual([null, 0])
})

it('shows both texts when somebody was faster, and lets choose', async () => {
  const current = message('m', { text: 'Theirs.', version: 5 })
  const stale = { status: 409, json: { code: 'stale_version', facts: { current } } }
  let tries = 0
  const { calls } = await show({}, {}, { 'POST /api/messages/m:edit': () => (++tries === 1 ? stale : { json: { message: current } }) })
  await userEvent.click(button('Edit'))
  await userEvent.type(within(row()).getByRole('textbox'), '!{Control>}{Enter}{/Control}')
  const choice = await screen.findByRole('dialog', { name: 'This message was changed meanwhile' })
  expect(choice.textContent).toMatch(/Theirs\..*Text of m\.!/s)
  await userEvent.click(within(choice).getByRole('button', { name: 'Keep mine' }))
  await waitFor(() => expect(calls.at(-1)?.body).toMatchObject({ text: 'Text of m.!', version: 5 }))
})

it('keeps both texts as versions when asked to', async () => {
  const current = message('m', { text: 'Theirs.', version: 5 })
  const { calls, chat } = await show({}, {}, { 'POST /api/messages/m:edit': () => ({ status: 409, json: { code: 'stale_version', facts: { current } } }) })
  await userEvent.click(button('Edit'))
  await userEvent.type(within(row()).getByRole('textbox'), '!{Control>}{Enter}{/Control}')
  await userEvent.click(await screen.findByRole('button', { name: 'Keep both' }))
  await waitFor(() => expect(calls.at(-1)).toMatchObject({ path: '/api/messages/m:add-variant', body: { text: 'Text of m.!' } }))
  await waitFor(() => expect(chat.editing).toBeNull())
})

it('saves against the text it began with, though another tab has changed it since', async () => {
  const { calls, chat } = await show()
  await userEvent.click(button('Edit'))
  chat.take({ type: 'event', position: 9, seq: 1, id: 'e', kind: 'message.edited', ts: '', actor: 'user:u', origin: 'web', payload: { message_id: 'm', variant_id: 'mv', revision: 2, text: 'Theirs.' } })
  await userEvent.type(within(row()).getByRole('textbox'), '!{Control>}{Enter}{/Control}')
  await waitFor(() => expect(calls.at(-1)?.body).toMatchObject({ text: 'Text of m.!', version: 1 }))
})

it('saves without a question when only the count of changes ran ahead', async () => {
  const stale = { status: 409, json: { code: 'stale_version', facts: { current: message('m', { version: 7 }) } } }
  let tries = 0
  const { chat } = await show({}, {}, { 'POST /api/messages/m:edit': () => (++tries === 1 ? stale : { json: {} }) })
  await userEvent.click(button('Edit'))
  await userEvent.type(within(row()).getByRole('textbox'), '!{Control>}{Enter}{/Control}')
  await waitFor(() => expect([tries, chat.editing]).toEqual([2, null]))
})

it('that failed says why and tries again', async () => {
  const { paths } = await show({ status: 'failed', text: 'Half', error: { code: 'upstream_unreachable', detail: 'refused' } })
  expect(row().textContent).toContain("The model's server cannot be reached")
  await userEvent.click(button('Try again'))
  await waitFor(() => expect(paths()).toContain('POST /v1/agent/tasks/t-m:retry'))
})

it('that was stopped can go on', async () => {
  const { calls } = await show({ status: 'interrupted', text: 'Half', finish: 'interrupted' })
  await userEvent.click(within(row()).getAllByRole('button', { name: 'Continue' })[0]!)
  await waitFor(() => expect(calls.at(-1)?.body).toMatchObject({ action: 'continue', message_id: 'm' }))
})

it('is busy while it grows, and has no tools then', async () => {
  await show({ status: 'streaming', text: 'Half' })
  expect(row().getAttribute('aria-busy')).toBe('true')
  expect(within(row()).queryByRole('toolbar')).toBeNull()
})

it.each([{}, { status: 'failed' as const, error: { code: 'x', detail: 'd' } }, { status: 'streaming' as const }, { role: 'user' as const, hidden: true }])(
  'has nothing axe objects to (%o)', async (more) => {
    const { container } = await show(more)
    const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false }, 'heading-order': { enabled: false }, 'page-has-heading-one': { enabled: false } } })
    expect(violations.map((found) => [found.id, found.nodes[0]?.html])).toEqual([])
  },
)
