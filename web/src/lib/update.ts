import { onScopeDispose, readonly, ref } from 'vue'
import { atLeisure } from './leisure'

/** The page's worker, and new versions of the page.
 *
 * A new version is loaded in the background and waits. It is offered when nobody is held up by it: not while a reply is
 * written, not while somebody writes. On plain http there is no worker; then a reload is the new version.
 */
const LOOK_AGAIN_MS = 60 * 60_000

const ready = ref(false)
const holds = ref(new Set<symbol>())
let registration: ServiceWorkerRegistration | undefined
let asked = false

/** Whether a new version waits. */
export const useUpdate = () => ({ ready: readonly(ready), held: () => holds.value.size > 0, reload, later: () => (ready.value = false) })

/** No reload is offered while `busy` says so and the component lives. Call the result whenever it may have changed. */
export function useHold(): (busy: boolean) => void {
  const own = Symbol('hold')
  const set = (busy: boolean) => {
    if (busy === holds.value.has(own)) return
    holds.value = busy ? new Set([...holds.value, own]) : new Set([...holds.value].filter((one) => one !== own))
  }
  onScopeDispose(() => set(false))
  return set
}

/** Once the page stands and the browser has nothing better to do. */
export function registerWorker(): void {
  // A part of the page that is gone from the server: a newer version has come, with or without a worker.
  window.addEventListener('vite:preloadError', () => (ready.value = true))
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  void atLeisure().then(register).catch(() => undefined)
}

async function register(): Promise<void> {
  const { serviceWorker } = navigator
  registration = await serviceWorker.register('/sw.js', { updateViaCache: 'none' })
  if (registration.waiting && serviceWorker.controller) ready.value = true
  registration.addEventListener('updatefound', () => watchOver(registration!.installing))
  // Another tab took the new version: this one goes on with the old one until its person says so.
  const had = serviceWorker.controller !== null
  serviceWorker.addEventListener('controllerchange', () => { if (asked) location.reload(); else if (had) ready.value = true })
  const look = () => void registration?.update().catch(() => undefined)
  setInterval(look, LOOK_AGAIN_MS)
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') look() })
}

function watchOver(worker: ServiceWorker | null): void {
  worker?.addEventListener('statechange', () => {
    if (worker.state === 'installed' && navigator.serviceWorker.controller) ready.value = true
  })
}

function reload(): void {
  asked = true
  if (registration?.waiting) registration.waiting.postMessage({ type: 'SKIP_WAITING' })
  else location.reload()
}
