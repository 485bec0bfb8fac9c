import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test } from 'vitest'
import { useLook } from '@/lib/look'
import { fakeServer } from '@/testing/server'
import { shareLook, takeSharedLook } from './composables/shared-look'

beforeEach(() => setActivePinia(createPinia()))
const kept = (at: number, look: object) => ({ 'GET /api/config/effective': { values: { '/look/every_device': JSON.stringify({ at, look }) }, sources: {}, layers: [] } })

test('a look that was shared is worn once, and what this device changes later stays', async () => {
  fakeServer(kept(5, { theme: 'sea', chat: 'bubbles', language: 'zh-CN', nonsense: 1 }))
  const look = useLook()
  const language = look.language
  expect(await takeSharedLook()).toBe(true)
  expect([look.theme, look.chat, look.language]).toEqual(['sea', 'bubbles', language])
  look.setTheme('ink')
  expect([await takeSharedLook(), look.theme]).toEqual([false, 'ink'])
})

test('what is shared is this look, not its language, and is not taken back by the same device', async () => {
  const server = fakeServer({ 'POST /api/config/revisions': {} })
  useLook().change({ theme: 'candle', accent: 'lake' })
  await shareLook()
  const { ops } = server.asked('POST /api/config/revisions')[0]!.body as { ops: [{ path: string; value: string }] }
  const { at, look } = JSON.parse(ops[0].value) as { at: number; look: Record<string, unknown> }
  expect([ops[0].path, look.theme, look.accent, 'language' in look]).toEqual(['/look/every_device', 'candle', 'lake', false])
  fakeServer(kept(at, { theme: 'light' }))
  expect(await takeSharedLook()).toBe(false)
})

test.each([{ '/look/every_device': 'no json' }, {}])('nonsense in the account changes nothing: %o', async (values) => {
  fakeServer({ 'GET /api/config/effective': { values, sources: {}, layers: [] } })
  expect([await takeSharedLook(), useLook().theme]).toEqual([false, 'system'])
})
