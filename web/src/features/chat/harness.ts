/** What chat's component tests stand on: the real store and words, a server that is a table, a screen that listens. */
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { render } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { vi } from 'vitest'
import { computed, defineComponent, h, ref, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, speak } from '@/lib/i18n'
import { useChat } from './chat.store'
import type { ConversationGroup, Message } from './chat.types'
import { useActions } from './composables/actions'
import { provideScreen, type Screen } from './composables/screen'
import { useSending } from './composables/sending'

export interface Call {
  method: string
  path: string
  body: Record<string, unknown>
}
type Answer = { status?: number; json: unknown }

/** Nobody has tuned anything. */
const usual: Record<string, (call: Call) => Answer> = { 'GET /api/config/effective': () => ({ json: { values: {}, sources: {}, layers: [] } }) }

/** A server that answers by `METHOD path`; what it was asked stands in `calls`. */
export function fakeServer(answers: Record<string, (call: Call) => Answer> = {}) {
  const calls: Call[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    const text = request.method === 'GET' ? '' : await request.text()
    const call = { method: request.method, path: new URL(request.url).pathname, body: text ? JSON.parse(text) : {} }
    calls.push(call)
    const { status = 200, json } = { ...usual, ...answers }[`${call.method} ${call.path}`]?.(call) ?? { json: { items: [], next_cursor: null } }
    return Response.json(json, { status })
  })
  return calls
}

export const message = (id: string, more: Partial<Message> = {}): Message => ({
  id, parent_id: 'root', role: 'character', name: 'Aria', text: `Text of ${id}.`, variant: { id: `${id}v`, index: 0, count: 1 },
  status: 'complete', hidden: false, created_at: '2026-11-21T20:00:00Z', version: 1, branches: 0, edited: false, task_id: `t-${id}`, ...more,
})

/** Mounts a component inside a chat screen that shows these messages. */
export async function mountInChat(component: Component, { props = {}, messages = [], narrow = false, group = null }: { props?: Record<string, unknown>; messages?: Message[]; narrow?: boolean; group?: ConversationGroup | null } = {}) {
  const pinia = createPinia()
  setActivePinia(pinia)
  await speak('en')
  const chat = useChat()
  chat.enter('c')
  chat.begin(0, { items: messages, next_cursor: null })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: ['', 'chats', 'chat', 'message', 'characters', 'character', 'group', 'connections'].map((name) => ({ path: `/${name}${name && '/:conversationId?'}${name === 'message' ? '/:messageId' : ''}`, name: name || 'home', component: { template: '<i />' } })),
  })
  const heard = { explain: vi.fn(), openMenu: vi.fn(), openBranches: vi.fn(), openShortcuts: vi.fn(), toEnd: vi.fn(), focusComposer: vi.fn(), open: vi.fn(), reach: vi.fn(async () => true), goThere: vi.fn(async () => {}), find: vi.fn(async () => {}) }
  const line = ref('live')
  let screen: Screen | undefined
  const Stage = defineComponent(() => {
    screen = { actions: useActions(), sending: useSending(line), faceOf: () => null, group: computed(() => group), narrow: ref(narrow), ...heard }
    provideScreen(screen)
    return () => h('main', [h(component, props)])
  })
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const view = render(Stage, { global: { plugins: [pinia, i18n, router, [VueQueryPlugin, { queryClient }]] } })
  return { ...view, chat, heard, line, screen: screen! }
}
