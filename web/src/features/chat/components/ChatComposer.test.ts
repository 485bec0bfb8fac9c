import { fireEvent, screen, waitFor } from '@testing-library/vue'
import userEvent from '@testing-library/user-event'
import axe from 'axe-core'
import { beforeEach, expect, it } from 'vitest'
import { fakeServer, message, mountInChat, type Call } from '../harness'
import ChatComposer from './ChatComposer.vue'

const accepted = { task_id: 't', message_id: 'm', reply_message_id: 'r', conversation_id: 'c', position: 9 }
const post = 'POST /v1/agent/messages'
const sent = (calls: Call[]) => calls.filter((call) => call.path === '/v1/agent/messages').map((call) => call.body.content)
const props = { conversationId: 'c', name: 'Aria' }
const box = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message Aria' })

beforeEach(() => localStorage.clear())

it('sends with Enter, breaks the line with Shift+Enter, and keeps the focus', async () => {
  const calls = fakeServer({ [post]: () => ({ status: 202, json: accepted }) })
  const { chat } = await mountInChat(ChatComposer, { props })
  await userEvent.type(box(), 'Hello{Shift>}{Enter}{/Shift}there{Enter}')
  await waitFor(() => expect(sent(calls)).toEqual(['Hello\nthere']))
  expect(box().value).toBe('')
  expect(document.activeElement).toBe(box())
  expect(chat.pending).toMatchObject([{ text: 'Hello\nthere', message_id: 'm' }])
})

it('leaves the Enter that ends a word to the input method', async () => {
  const calls = fakeServer()
  await mountInChat(ChatComposer, { props })
  await fireEvent.update(box(), '你好')
  await fireEvent.keyDown(box(), { key: 'Enter', isComposing: true })
  await fireEvent.keyDown(box(), { key: 'Enter', keyCode: 229 })
  expect(sent(calls)).toEqual([])
  await fireEvent.keyDown(box(), { key: 'Enter' })
  await waitFor(() => expect(sent(calls)).toEqual(['你好']))
})

it('breaks the line with Enter on a phone, where the button sends', async () => {
  const calls = fakeServer({ [post]: () => ({ json: accepted }) })
  await mountInChat(ChatComposer, { props, narrow: true })
  await userEvent.type(box(), 'a{Enter}b')
  expect(sent(calls)).toEqual([])
  await userEvent.click(screen.getByRole('button', { name: 'Send' }))
  await waitFor(() => expect(sent(calls)).toEqual(['a\nb']))
})

it('keeps what was not sent for the next visit', async () => {
  fakeServer()
  const first = await mountInChat(ChatComposer, { props })
  await userEvent.type(box(), 'unfinished')
  first.unmount()
  await mountInChat(ChatComposer, { props })
  expect(box().value).toBe('unfinished')
})

it('sends again with the same key what no server answered', async () => {
  let answers = 0
  const calls = fakeServer({ [post]: () => (++answers === 1 ? { status: 503, json: {} } : { json: accepted }) })
  const { chat, line } = await mountInChat(ChatComposer, { props })
  await userEvent.type(box(), 'hello{Enter}')
  await waitFor(() => expect(chat.pending[0]?.status).toBe('waiting'))
  line.value = 'reconnecting'
  await Promise.resolve()
  line.value = 'live'
  await waitFor(() => expect(chat.pending[0]?.message_id).toBe('m'))
  const keys = calls.filter((call) => call.path === '/v1/agent/messages').map((call) => call.body.idempotency_key)
  expect([keys.length, new Set(keys).size]).toEqual([2, 1])
})

it('stops the reply that is being written', async () => {
  const calls = fakeServer()
  await mountInChat(ChatComposer, { props, messages: [message('r', { status: 'streaming', text: '' })] })
  await userEvent.click(screen.getByRole('button', { name: 'Stop the reply' }))
  await waitFor(() => expect(calls.map((call) => call.path)).toContain('/v1/agent/tasks/t-r:cancel'))
})

it('shows what waits while a reply is written, and takes it back', async () => {
  const calls = fakeServer()
  const waiting = [message('u2', { role: 'user', text: 'And then?', task_id: 't2' }), message('r2', { status: 'queued', text: '', task_id: 't2' })]
  await mountInChat(ChatComposer, { props, messages: [message('r', { status: 'streaming' }), ...waiting] })
  expect(screen.getByRole('region', { name: 'Waiting messages' }).textContent).toContain('And then?')
  await userEvent.click(screen.getByRole('button', { name: 'Do not send: And then?' }))
  await waitFor(() => expect(calls.map((call) => call.path)).toContain('/v1/agent/tasks/t2:cancel'))
})

it('has nothing axe objects to', async () => {
  fakeServer()
  const { container } = await mountInChat(ChatComposer, { props })
  const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } })
  expect(violations).toEqual([])
})

it('turns versions with the arrows and takes a deed back with Ctrl+Z while nothing is written', async () => {
  const calls = fakeServer({ 'POST /api/conversations/c:undo': () => ({ json: {} }), [post]: () => ({ status: 202, json: accepted }) })
  await mountInChat(ChatComposer, { props, messages: [message('u', { role: 'user', name: 'Marta' }), message('r', { parent_id: 'u' })] })
  const asked = () => calls.map((call) => String(call.body?.action ?? call.path)).filter((one) => /swipe|:undo/.test(one))
  await userEvent.type(box(), '{Control>}z{/Control}')
  await waitFor(() => expect(asked()).toEqual(['/api/conversations/c:undo']))
  await userEvent.keyboard('{ArrowRight}')
  await waitFor(() => expect(asked()).toEqual(['/api/conversations/c:undo', 'swipe']))
  await userEvent.keyboard('a{ArrowLeft}{ArrowRight}{Backspace}{Control>}z{/Control}')
  expect(asked()).toHaveLength(2)
})
