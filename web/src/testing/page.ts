import { VueQueryPlugin } from '@tanstack/vue-query'
import { render, type RenderResult } from '@testing-library/vue'
import userEvent, { type UserEvent } from '@testing-library/user-event'
import axe from 'axe-core'
import { createPinia, setActivePinia } from 'pinia'
import { defineComponent, h, type Component } from 'vue'
import { createMemoryHistory, createRouter, RouterView, type Router } from 'vue-router'
import { i18n, speak } from '@/lib/i18n'
import { makeQueryClient } from '@/lib/queries'
import { useSession } from '@/lib/session'

export interface Shown extends RenderResult {
  user: UserEvent
  router: Router
}
interface Options {
  props?: object
  /** The address the view is at. */
  at?: string
  role?: 'owner' | 'member'
  /** More about the session than a signed-in person. */
  session?: object
  /** What stands beside the view whatever the address: toasts, questions. */
  beside?: Component[]
}

const blank = { template: '<p />' }
const routes = [
  { path: '/', name: 'home' }, { path: '/login', name: 'login' }, { path: '/setup', name: 'setup' }, { path: '/chat', name: 'chats' }, { path: '/chat/:conversationId', name: 'chat' }, { path: '/chat/:conversationId/m/:messageId', name: 'message' }, { path: '/search', name: 'search' },
  { path: '/characters', name: 'characters' }, { path: '/characters/:id', name: 'character' }, { path: '/characters/:id/edit', name: 'character-edit' },
  { path: '/connections', name: 'connections' }, { path: '/personas', name: 'personas' }, { path: '/groups', name: 'groups' }, { path: '/groups/:id', name: 'group' }, { path: '/worlds', name: 'worlds' }, { path: '/worlds/:id', name: 'world' }, { path: '/presets', name: 'presets' }, { path: '/presets/:id', name: 'preset' }, { path: '/import', name: 'imports' }, { path: '/import/:id', name: 'import' }, { path: '/settings/:section?', name: 'settings' },
].map((route) => ({ ...route, component: blank, meta: { place: 'home' as const } }))

/** A component in the surroundings of the app, in English, with a signed-in person. */
export async function show(component: Component, { props, at = '/', role = 'owner', session: given, beside = [] }: Options = {}): Promise<Shown> {
  const pinia = createPinia()
  setActivePinia(pinia)
  await speak('en')
  const router = createRouter({ history: createMemoryHistory(), routes })
  // The component stands at its address, where leaving it can be guarded; every other address is an empty page.
  router.resolve(at).matched[0]!.components = { default: defineComponent(() => () => h(component as never, props as never)) }
  await router.push(at)
  const queryClient = makeQueryClient()
  queryClient.setDefaultOptions({ queries: { retry: false }, mutations: { networkMode: 'always' } })
  const session = useSession()
  Object.assign(session, { user: { id: 'u1', username: 'marta', role }, standing: 'signed-in', ...given })
  const page = defineComponent(() => () => [h(RouterView), ...beside.map((one) => h(one))])
  const result = render(page as never, { global: { plugins: [pinia, i18n, router, [VueQueryPlugin, { queryClient }]] } })
  return Object.assign(result, { user: userEvent.setup(), router })
}

const rules = { 'color-contrast': { enabled: false }, region: { enabled: false }, 'page-has-heading-one': { enabled: false } }

/** What axe finds wrong; colours and landmarks are judged in a real browser. */
export async function faults(element: Element = document.body): Promise<string[]> {
  const { violations } = await axe.run(element, { rules })
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}
