import { screen } from '@testing-library/vue'
import { expect, test } from 'vitest'
import type { Character } from '@/api/shapes'
import { faults, show } from '@/testing/page'
import { fakeServer } from '@/testing/server'
import VersionsTab from './components/VersionsTab.vue'

const line = (version: number, kind: string, changed: string[] = []) => ({ version, kind: `character.${kind}`, changed, at: '2026-01-01T00:00:00Z', actor: 'user:me' })

test('every version says in words what happened in it, and older ones are read on', async () => {
  fakeServer({
    'GET /api/characters/c1/history': ({ url }) => url.searchParams.get('cursor')
      ? { items: [line(1, 'imported')], next_cursor: null }
      : { items: [line(3, 'background_changed', ['background']), line(2, 'deleted')], next_cursor: 'more' },
  })
  const { user } = await show(VersionsTab, { props: { character: { id: 'c1', version: 3 } as Character } })
  await user.click(await screen.findByRole('button', { name: 'Show older versions' }))
  expect(await screen.findByText(/brought in/)).toBeTruthy()
  expect(screen.getByText(/Background/)).toBeTruthy()
  expect(screen.getByText(/into the trash/)).toBeTruthy()
  expect(await faults()).toEqual([])
})
