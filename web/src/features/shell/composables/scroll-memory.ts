import { useEventListener } from '@vueuse/core'
import { nextTick, onScopeDispose, type Ref } from 'vue'
import { useRouter } from 'vue-router'

const position = (): number => (history.state as { position?: number } | null)?.position ?? 0

/** Going back finds a page where it was left; going on starts at its top. */
export function useScrollMemory(element: Readonly<Ref<HTMLElement | null>>): void {
  const router = useRouter()
  const tops = new Map<number, number>()
  let at = position()
  let popped = false
  useEventListener(window, 'popstate', () => (popped = true))

  const stopBefore = router.beforeEach(() => void tops.set(at, element.value?.scrollTop ?? 0))
  const stopAfter = router.afterEach(async (to, from, failure) => {
    if (failure) return
    const top = popped ? (tops.get(position()) ?? 0) : 0
    at = position()
    popped = false
    if (to.path === from.path || to.meta.fills) return
    await nextTick()
    element.value?.scrollTo({ top })
  })
  onScopeDispose(() => { stopBefore(); stopAfter() })
}
