import { nextTick, onScopeDispose, type Ref } from 'vue'
import { useRouter } from 'vue-router'

const position = (): number => (history.state as { position?: number } | null)?.position ?? 0

const framesMax = 30

/** Rows that only come into being while scrolling need a few frames until the page is as tall as it was. */
function restore(element: HTMLElement, top: number, frame = 0): void {
  element.scrollTo({ top })
  if (Math.abs(element.scrollTop - top) > 1 && frame < framesMax) requestAnimationFrame(() => restore(element, top, frame + 1))
}

/** Going back finds a page where it was left; going on starts at its top. */
export function useScrollMemory(element: Readonly<Ref<HTMLElement | null>>): void {
  const router = useRouter()
  const tops = new Map<number, number>()
  let at = position()
  let popped = false
  // Heard from the router's history: a listener on the window may come when the navigation has already ended.
  const stopPops = router.options.history.listen(() => (popped = true))

  const stopBefore = router.beforeEach(() => void tops.set(at, element.value?.scrollTop ?? 0))
  const stopAfter = router.afterEach(async (to, from, failure) => {
    if (failure) return
    const top = popped ? (tops.get(position()) ?? 0) : 0
    at = position()
    popped = false
    if (to.path === from.path || to.meta.fills) return
    await nextTick()
    if (element.value) restore(element.value, top)
  })
  onScopeDispose(() => { stopPops(); stopBefore(); stopAfter() })
}
