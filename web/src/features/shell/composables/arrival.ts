import { nextTick, onScopeDispose } from 'vue'
import { useRouter, type RouteLocationNormalized } from 'vue-router'
import { useAnnouncer } from '@/lib/announcer'
import { pageTitle } from '@/lib/page'

/** Moving within the chat or between sections of settings leaves the focus where it is. */
const arrives = (to: RouteLocationNormalized, from: RouteLocationNormalized): boolean =>
  from.matched.length > 0 && to.path !== from.path && !(to.meta.fills && from.meta.fills) && !(to.name === 'settings' && from.name === 'settings')

/** Tell keyboards and screen readers about a new page, as a full page load would. A page that begins with a field says so
 * by `data-arrive`: at a desk one types at once; on a phone the keyboard would cover what one came for. */
export function useArrival(): void {
  const { announce } = useAnnouncer()
  const stop = useRouter().afterEach(async (to, from, failure) => {
    if (failure || !arrives(to, from)) return
    await nextTick()
    const begins = matchMedia('(pointer: fine)').matches ? document.querySelector<HTMLElement>('#main [data-arrive] :is(input, textarea)') : null
    const place = begins ?? document.getElementById('main')
    place?.focus({ preventScroll: true })
    announce(pageTitle())
  })
  onScopeDispose(stop)
}
