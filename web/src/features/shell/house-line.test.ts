import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { render } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { tellNews } from '@/lib/news'
import { useHouseLine } from './composables/house-line'

const lines = vi.hoisted(() => ({ opened: [] as (string | null)[], closed: 0 }))
vi.mock('@/lib/sse', () => ({
  useStream: () => ({ open: (wish: { conversationId: string | null }) => lines.opened.push(wish.conversationId), close: () => (lines.closed += 1), restWhenHidden: () => {} }),
}))

async function mount() {
  setActivePinia(createPinia())
  const queryClient = new QueryClient()
  const read = vi.spyOn(queryClient, 'invalidateQueries')
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:conversationId?', name: 'any', component: { template: '<i />' } }] })
  await router.push('/')
  const inside = ref(true)
  render(defineComponent(() => { useHouseLine(inside); return () => h('i') }), { global: { plugins: [router, [VueQueryPlugin, { queryClient }]] } })
  return { router, read, inside }
}

beforeEach(() => { Object.assign(lines, { opened: [], closed: 0 }) })

it('is open while no chat is, and only for somebody who is signed in', async () => {
  const { router, inside } = await mount()
  expect(lines.opened).toEqual([null])
  await router.push('/a-chat')
  expect(lines).toMatchObject({ opened: [null], closed: 1 })
  await router.push('/')
  expect(lines.opened).toEqual([null, null])
  inside.value = false
  await nextTick()
  expect(lines.closed).toBe(2)
})

it('reads again what changed elsewhere, once for a burst', async () => {
  vi.useFakeTimers()
  const { read } = await mount()
  for (let at = 0; at < 5; at += 1) tellNews({ type: 'news', about: 'presets' })
  tellNews({ type: 'news', about: 'draft', conversation_id: 'c', draft: null })
  vi.advanceTimersByTime(400)
  expect(read.mock.calls.map(([asked]) => (asked as { queryKey: string[] }).queryKey)).toEqual([['presets'], ['config']])
  vi.useRealTimers()
})
