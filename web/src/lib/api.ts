import createClient, { type Middleware } from 'openapi-fetch'
import type { paths } from '@/api/schema'
import { noteRefusal } from './disk'
import { offline, problemOf } from './problem'
import { heard } from './reachable'

export { ApiProblem, asProblem, isProblem } from './problem'

/** The session's CSRF token; every request that changes something carries it. `useSession` keeps it current. */
const secret = { csrf: '' }
export const setCsrf = (token: string): void => void (secret.csrf = token)
/** Headers for the few places that call `fetch` themselves (streams). */
export const changeHeaders = (): Record<string, string> => (secret.csrf ? { 'X-CSRF-Token': secret.csrf } : {})

type SignedOut = () => void
const listeners = new Set<SignedOut>()
/** Hear that the server no longer knows this session. Returns the way to stop hearing. */
export function onSignedOut(listener: SignedOut): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const reading = new Set(['GET', 'HEAD'])
/** Doors where 401 is an answer, not the end of a session. */
const openDoors = /^\/api\/(auth\/(sign-in|me|password)|setup)$/

const manners: Middleware = {
  onRequest({ request }) {
    if (!reading.has(request.method)) for (const [name, value] of Object.entries(changeHeaders())) request.headers.set(name, value)
  },
  async onResponse({ request, response }) {
    heard(true)
    if (response.ok) return
    noteRefusal(response.status)
    if (response.status === 401 && !openDoors.test(new URL(request.url).pathname)) listeners.forEach((hear) => hear())
    throw await problemOf(response)
  },
  onError({ error }) {
    if (error instanceof Error && error.name === 'AbortError') return error
    heard(false)
    return offline()
  },
}

/** The one client: typed by the server's OpenAPI document, throws `ApiProblem`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => globalThis.fetch(request) })
api.use(manners)

/** The body of a call that succeeded; failures have already been thrown. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}
