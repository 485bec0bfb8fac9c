import { screen, within } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer } from '@/testing/server'
import PromptInspect from './components/PromptInspect.vue'
import { bySource, copied, pairsOf } from './prompt.logic'
import type { Part } from './prompt.types'

const part = (source: string, title: string, text: string, tokens = 1): Part => ({ id: title, source, title, role: 'system', tokens, text })

test('tokens are summed by source', () => {
  expect(bySource([part('main', 'a', '', 2), part('lore', 'b', '', 3), part('main', 'c', '', 4), part('note', 'd', '', 0)])).toEqual([{ source: 'main', tokens: 6 }, { source: 'lore', tokens: 3 }])
})

test('two prompts are laid beside each other part by part', () => {
  const before = [part('main', 'Main', 'Write.'), part('lore', 'Storm', 'It blows.'), part('history', 'Chat', 'one')]
  const after = [part('main', 'Main', 'Write.'), part('note', 'Note', 'New.'), part('history', 'Chat', 'one two')]
  expect(pairsOf(before, after).map(({ title, state }) => [title, state])).toEqual([['Main', 'same'], ['Storm', 'gone'], ['Note', 'new'], ['Chat', 'changed']])
  expect(pairsOf([part('lore', 'A', 'x'), part('lore', 'A', 'y')], [part('lore', 'A', 'x')]).map(({ state }) => state)).toEqual(['same', 'gone'])
})

test('what is copied is the text, or the list of messages', () => {
  expect(copied({ prompt: 'A tale' })).toBe('A tale')
  expect(JSON.parse(copied({ messages: [{ role: 'user', content: 'Hi' }] }))).toEqual([{ role: 'user', content: 'Hi' }])
})

test('the panel names what woke and by which key, and opens the exact words', async () => {
  fakeServer({
    'GET /api/messages/m1/prompt': {
      message_id: 'm1', messages: [{ role: 'system', content: 'Write, please.' }], prompt: null, stop: [], parts: [part('main', 'Main', 'Write, please.', 4)], cut: [], context_tokens: 100, budget_tokens: 80, prompt_tokens: 4, reply_tokens: 20,
      lore: { hits: [{ id: 'Coast.0', title: 'The storm', why: 'key: storm', tokens: 6 }], dropped: [{ id: 'Coast.1', title: 'Harbour', why: 'budget' }], given_up: [{ key: '/(a|aa)+$/', why: 'too_slow' }, { key: '/b/', why: 'not_tried' }], given_up_count: 1_002, cut_short: true }, scripts: { ran: [{ id: 's1', name: 'Softly', texts: 2, why: null }], failed: [{ id: 's2', name: 'Slow', texts: null, why: 'too_slow' }] }, hash_ok: false, hash: 'h', tokenizer: 't', counted: false, generated_at: '', connection: null, model: null,
    },
  })
  const { user } = await show(PromptInspect, { props: { messageId: 'm1', variantId: 'v1' } })
  expect(within(await screen.findByRole('list', { name: 'World info that woke' })).getByText('by “storm”')).toBeTruthy()
  expect(within(screen.getByRole('list', { name: 'World info left out' })).getByText('the budget was spent')).toBeTruthy()
  const given = within(screen.getByRole('list', { name: 'Keys that were given up' }))
  expect([given.getByText('The scan ran out of time before it was tried.'), given.getByText('1,000 more keys'), screen.getByText(/was ended early/)]).toHaveLength(3)
  const scripts = within(screen.getByRole('list', { name: 'Scripts that changed texts' }))
  expect([scripts.getByText('changed 2 texts'), scripts.getByText('This takes too long, and was given up.')]).toHaveLength(2)
  await user.click(screen.getByRole('button', { name: 'The exact prompt' }))
  expect(await screen.findByText('Write, please.')).toBeTruthy()
  expect(screen.getByText(/no longer match what was recorded/)).toBeTruthy()
  expect(await faults()).toEqual([])
})
