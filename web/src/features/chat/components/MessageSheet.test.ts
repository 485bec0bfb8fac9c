import { screen } from '@testing-library/vue'
import { expect, it } from 'vitest'
import { fakeServer, message, mountInChat } from '../harness'
import MessageSheet from './MessageSheet.vue'

it('tells what the reply took, above what can be done with it', async () => {
  fakeServer({})
  const one = message('m', { model: 'mistral', usage: { prompt_tokens: 1200, completion_tokens: 56 } })
  await mountInChat(MessageSheet, { props: { modelValue: 'm' }, messages: [one] })
  const sheet = await screen.findByRole('dialog')
  expect(sheet.textContent).toContain('mistral · 56 tokens')
  expect(sheet.textContent).toContain('1,200')
})
