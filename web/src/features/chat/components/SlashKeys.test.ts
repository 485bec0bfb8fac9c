import { fireEvent, screen, waitFor } from '@testing-library/vue'
import userEvent from '@testing-library/user-event'
import axe from 'axe-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeServer, message, mountInChat, type Call } from '../harness'
import ChatComposer from './ChatComposer.vue'

const accepted = { task_id: 't', message_id: 'm', reply_message_id: 'r', conversation_id: 'c', position: 9 }
const post = 'POST /v1/agent/messages'
const props = { conversationId: 'c', name: 'Aria' }
const box = () => screen.getByLabelText<HTMLTextAreaElement>('Message Aria')
const list = () => document.querySelector('[role=listbox][aria-label=Commands]')
const active = () => document.getElementById(box().getAttribute('aria-activedescendant') ?? '')?.textContent ?? null
const orders = (calls: Call[]) => calls.filter((call) => call.path === '/v1/agent/messages').map((call) => call.body)
const here = [message('u', { role: 'user', name: 'Marta', text: 'Hi' }), message('r')]
const served = () => fakeServer({
  [post]: () => ({ status: 202, json: accepted }),
  'GET /api/personas': () => ({ json: { items: [{ id: 'p1', name: 'Marta', is_default: true, description: '', version: 1 }, { id: 'p2', name: 'Ash', is_default: false, description: '', version: 1 }] } }),
  'GET /api/connections': () => ({ json: { items: [{ id: 'k1', name: 'House', kind: 'openai', model: 'small', is_default: true }, { id: 'k2', name: 'Cloud', kind: 'openai', model: 'big', is_default: false }] } }),
  'POST /api/config/revisions': () => ({ json: {} }),
})

// Thirty rows are much to look through by role where no browser helps.
vi.setConfig({ testTimeout: 20_000 })
beforeEach(() => localStorage.clear())

describe('the list of commands', () => {
  it('opens with a slash, follows the arrows, takes with Tab, and keeps the focus in the box', async () => {
    served()
    await mountInChat(ChatComposer, { props, messages: here })
    await userEvent.type(box(), '/re')
    expect(list()).not.toBeNull()
    expect(active()).toContain('/regen')
    await userEvent.keyboard('{ArrowDown}')
    expect(active()).toContain('/redo')
    await userEvent.keyboard('{ArrowUp}{ArrowUp}')
    expect(list()?.lastElementChild?.getAttribute('aria-selected')).toBe('true')
    await userEvent.keyboard('{ArrowDown}{Tab}')
    expect(box().value).toBe('/regen ')
    expect(document.activeElement).toBe(box())
    expect(list()).toBeNull()
  })

  it('closes with Esc without losing the text, and opens again with the next letter', async () => {
    served()
    await mountInChat(ChatComposer, { props })
    await userEvent.type(box(), '/he{Escape}')
    expect([list(), box().value]).toEqual([null, '/he'])
    await userEvent.type(box(), 'l')
    expect(list()).not.toBeNull()
  })

  it('runs with Enter what needs no more, and does not send the line', async () => {
    const calls = served()
    await mountInChat(ChatComposer, { props, messages: here })
    await userEvent.type(box(), '/und{Enter}')
    await waitFor(() => expect(calls.map((call) => call.path)).toContain('/api/conversations/c:undo'))
    expect([box().value, orders(calls)]).toEqual(['', []])
  })

  it('offers names as arguments and sets them for this chat', async () => {
    const calls = served()
    await mountInChat(ChatComposer, { props })
    await waitFor(() => expect(screen.getByLabelText('Speaking as Marta')).toBeTruthy())
    await userEvent.type(box(), '/model c{Enter}')
    const scope = { type: 'conversation', id: 'c' }
    await waitFor(() => expect(calls.at(-1)?.path === '/api/config/effective' || calls.some((call) => call.path === '/api/config/revisions')).toBe(true))
    expect(calls.find((call) => call.path === '/api/config/revisions')?.body).toEqual({ scope, ops: [{ op: 'set', path: '/connection/name', value: 'Cloud' }] })
    await userEvent.type(box(), 'Hello{Enter}')
    await waitFor(() => expect(orders(calls)).toMatchObject([{ content: 'Hello', connection: 'Cloud' }]))
  })

  it('leaves every key to an input method that is composing', async () => {
    const calls = served()
    await mountInChat(ChatComposer, { props })
    await userEvent.type(box(), '/')
    for (const key of ['Enter', 'Tab', 'ArrowDown', 'Escape']) await fireEvent.keyDown(box(), { key, isComposing: true })
    expect([box().value, orders(calls)]).toEqual(['/', []])
    expect(list()).not.toBeNull()
  })

  it('says in Chinese what it offers in Chinese', async () => {
    served()
    await mountInChat(ChatComposer, { props })
    await userEvent.type(box(), '／撤')
    expect(list()?.children).toHaveLength(1)
  })

  it('lists all of them for /help', async () => {
    served()
    await mountInChat(ChatComposer, { props })
    await userEvent.type(box(), '/help{Enter}')
    const help = await screen.findByRole('dialog', { name: 'Commands' })
    expect(help.textContent).toContain('/sendas <name> <text>')
    await userEvent.click(screen.getByRole('button', { name: '/title <title>' }))
    expect(box().value).toBe('/title ')
  })

  it('has nothing axe objects to', async () => {
    served()
    const { container } = await mountInChat(ChatComposer, { props })
    await userEvent.type(box(), '/')
    const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } })
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  })
})

describe('what a line becomes', () => {
  it('keeps an unknown command, and says so', async () => {
    const calls = served()
    await mountInChat(ChatComposer, { props })
    await userEvent.type(box(), '/dance all night{Enter}')
    expect(screen.getByRole('alert').textContent).toContain('There is no command /dance')
    expect([box().value, orders(calls)]).toEqual(['/dance all night', []])
    await userEvent.type(box(), '!')
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('sends a text that begins with a slash after a second one', async () => {
    const calls = served()
    await mountInChat(ChatComposer, { props })
    await userEvent.type(box(), '//shrugs{Enter}')
    await waitFor(() => expect(orders(calls)).toMatchObject([{ content: '/shrugs' }]))
  })

  it.each([
    ['/sys Rain falls.', { content: 'Rain falls.', as: { role: 'system' }, reply: false }],
    ['/sendas aria I know.', { content: 'I know.', as: { role: 'character' }, reply: false }],
    ['/sendas ash So do I.', { content: 'So do I.', as: { role: 'user', name: 'Ash' }, reply: false }],
    ['/send I wait.', { content: 'I wait.', reply: false }],
    ['/regen shorter', { action: 'regenerate', message_id: 'r', nudge: 'shorter' }],
    ['/continue', { action: 'continue', message_id: 'r' }],
    ['/impersonate boldly', { action: 'impersonate', nudge: 'boldly' }],
  ])('%s', async (line, order) => {
    const calls = served()
    await mountInChat(ChatComposer, { props, messages: here })
    await waitFor(() => expect(screen.getByLabelText('Speaking as Marta')).toBeTruthy())
    await userEvent.type(box(), `${line}{Enter}`)
    await waitFor(() => expect(orders(calls)).toMatchObject([order]))
  })

  it('nudges the next reply once', async () => {
    const calls = served()
    await mountInChat(ChatComposer, { props })
    await userEvent.type(box(), '/nudge be brief{Enter}')
    expect((await screen.findByRole<HTMLInputElement>('textbox', { name: 'Nudge' })).value).toBe('be brief')
    await userEvent.type(box(), 'Who are you?{Enter}And now?{Enter}')
    await waitFor(() => expect(orders(calls)).toMatchObject([{ content: 'Who are you?', nudge: 'be brief' }, { content: 'And now?' }]))
    expect(orders(calls)[1]).not.toHaveProperty('nudge')
  })

  it('speaks as the narrator until told otherwise', async () => {
    const calls = served()
    await mountInChat(ChatComposer, { props, messages: here })
    await userEvent.click(await screen.findByLabelText('Speaking as Marta'))
    await userEvent.click(await screen.findByRole('menuitem', { name: 'the narrator' }))
    await userEvent.type(box(), 'Night falls.{Enter}')
    await waitFor(() => expect(orders(calls)).toMatchObject([{ content: 'Night falls.', as: { role: 'system' }, reply: false }]))
    await userEvent.click(screen.getByRole('button', { name: 'Remove: as the narrator' }))
    await userEvent.type(box(), 'Good night.{Enter}')
    await waitFor(() => expect(orders(calls)).toHaveLength(2))
    expect(orders(calls)[1]).not.toHaveProperty('as')
  })

  it('gives back what could not be done', async () => {
    served()
    await mountInChat(ChatComposer, { props })
    await userEvent.type(box(), '/regen please{Enter}')
    await waitFor(() => expect(box().value).toBe('/regen please'))
  })
})
