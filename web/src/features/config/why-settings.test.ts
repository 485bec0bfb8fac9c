import { screen } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { faults, show } from '@/testing/page'
import WhySettings from './components/WhySettings.vue'

test('a reply tells its values, the layer of each, and the revisions it was made with', async () => {
  const config = {
    revisions: { 'user:u1': 3, 'conv:v1': 1 }, ignored: ['tfs'],
    used: [
      { path: '/generation/temperature', value: 0.35, source: 'conv:v1' }, { path: '/generation/reply_tokens', value: 240, source: 'length' },
      { path: '/reply/length', value: 'short', source: 'user:u1' }, { path: '/note/text', value: null, source: 'char:c1' },
    ],
  }
  await show(WhySettings, { props: { config } })
  const told = screen.getAllByRole('term').map((term) => `${term.textContent}: ${term.nextElementSibling?.textContent}`)
  expect(told).toEqual(['Temperature: 0.35this chat', 'Reply limit: 240reply length', 'Reply length: Shortmine', "Author's note: character"])
  expect(screen.getByText('Made with: mine 3 · this chat 1')).toBeTruthy()
  expect(screen.getByText('Not known to this connection: Tail-free sampling')).toBeTruthy()
  expect(await faults()).toEqual([])
})
