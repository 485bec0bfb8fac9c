import { createPinia, setActivePinia } from 'pinia'
import { effectScope, nextTick } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useSession } from './session'
import { useStream } from './sse'

const asked: (string | null)[] = []
beforeEach(() => {
  asked.length = 0
  setActivePinia(createPinia())
  vi.stubGlobal('fetch', async (_: string, init?: RequestInit) => {
    asked.push(new Headers(init?.headers).get('X-CSRF-Token'))
    return new Promise(() => {})
  })
})
afterEach(() => vi.unstubAllGlobals())

it('waits for the session when the page was opened without its server', async () => {
  const session = useSession()
  Object.assign(session, { standing: 'signed-in', asleep: true })
  const scope = effectScope()
  const stream = scope.run(useStream)!
  stream.open({ conversationId: 'c', onFrame: () => {} })
  await nextTick()
  expect([asked, stream.state.value]).toEqual([[], 'offline'])
  session.asleep = false
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  scope.stop()
})

it('opens nothing for a session that was over when the server came back', async () => {
  const session = useSession()
  Object.assign(session, { standing: 'signed-in', asleep: true })
  const scope = effectScope()
  const stream = scope.run(useStream)!
  stream.open({ conversationId: 'c', onFrame: () => {} })
  Object.assign(session, { standing: 'signed-out', asleep: false })
  await nextTick()
  expect([asked, stream.state.value]).toEqual([[], 'idle'])
  scope.stop()
})
