/// <reference lib="webworker" />
/** The page's service worker: the shell without a server, portraits that were seen, and files that other apps share.
 *
 * It never answers for the API: what is read there carries a position, and an old answer under a new position would
 * lose what lies between. Chats for offline times are kept by the page's own fold, in IndexedDB.
 */
import { ExpirationPlugin } from 'workbox-expiration'
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { CacheFirst } from 'workbox-strategies'
import { layDown } from '../lib/offline/shared'

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: Parameters<typeof precacheAndRoute>[0] }

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()

/** Addresses of the server's own: a program or a person that asks for them wants its answer, or its silence. */
const OF_THE_SERVER = [/^\/api\//, /^\/v1\//, /^\/core\//, /^\/health/, /^\/metrics/, /^\/control/, /^\/extension-frame\//, /\/[^/]+\.[^/]+$/]
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: OF_THE_SERVER }))

// A portrait's address carries its hash: what was seen once never changes. The page empties this cache at sign-out.
const portraits = new CacheFirst({ cacheName: 'avatars', plugins: [new ExpirationPlugin({ maxEntries: 600, purgeOnQuotaError: true })] })
registerRoute(({ url, sameOrigin }) => sameOrigin && /^\/api\/(characters|personas)\/[^/]+\/avatar$/.test(url.pathname) && url.searchParams.has('v'), portraits)

const SHARED_FILES_MAX = 50

async function takeShared(request: Request): Promise<Response> {
  const form = await request.formData().catch(() => null)
  const files = (form?.getAll('file') ?? []).filter((one) => one instanceof File).slice(0, SHARED_FILES_MAX)
  const laid = await layDown(files.map((file) => ({ name: file.name, file, at: Date.now() })))
  return Response.redirect(`/characters?shared=${laid}`, 303)
}
registerRoute(({ url, sameOrigin }) => sameOrigin && url.pathname === '/share', ({ request }) => takeShared(request), 'POST')

// A new version waits until the page says so: it must not take the ground from under a reply.
self.addEventListener('message', ({ data }) => {
  if ((data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting()
})
