import { nextTick, onScopeDispose } from 'vue'
import { useRouter, type RouteLocationNormalized } from 'vue-router'
import { useAnnouncer } from '@/lib/announcer'
import { pageTitle } from '@/lib/page'

/** Moving within the chat or between sections of settings leaves the focus where it is. */
const arrives = (to: RouteLocationNormalized, from: RouteLocationNormalized): boolean =>
  from.matched.length > 0 && to.path !== from.path && !(to.meta.fills && from.meta.fills) && !(to.name === 'settings' && from.name === 'settings')

/** Tell keyboards and screen readers about a new page, as a full page load would. */
export function useArrival(): void {
  const { announce } = useAnnouncer()
  const stop = useRouter().afterEach(async (to, from, failure) => {
    if (failure || !arrives(to, from)) return
    await nextTick()
    document.getElementById('main')?.focus({ preventScroll: true })
    announce(pageTitle())
  })
  onScopeDispose(stop)
}
