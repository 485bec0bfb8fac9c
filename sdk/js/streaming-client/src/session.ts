/** A stream session: made once, resumed many times, thrown away when the server says it is gone. */

export interface Session {
  id: string
  conversation_id: string | null
  position: number
  url: string
}

/** An answer that is not a line. `status` 0 means that nothing answered at all. */
export class LineError extends Error {
  constructor(readonly status: number, readonly code?: string, detail?: string) {
    super(detail ?? `stream answered ${status}`)
    this.name = 'LineError'
  }
}

/** Trying again cannot help: the person must sign in, or the thing is not there. */
export const FINAL_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 410, 422])
/** The session went, the conversation may still be there: make a new session once. */
export const RENEWABLE_STATUSES: ReadonlySet<number> = new Set([404, 410])

export async function refusalOf(response: Response): Promise<LineError> {
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string }
  return new LineError(response.status, problem.code, problem.detail)
}

export interface Door {
  base: string
  fetch: typeof fetch
  headers: (method: string) => Record<string, string>
  WebSocket?: typeof WebSocket
}

export async function openSession(door: Door, conversationId: string | null, signal: AbortSignal): Promise<Session> {
  const response = await door.fetch(`${door.base}/api/stream/sessions`, {
    method: 'POST',
    credentials: 'same-origin',
    signal,
    headers: { 'Content-Type': 'application/json', ...door.headers('POST') },
    body: JSON.stringify(conversationId ? { conversation_id: conversationId } : {}),
  })
  if (!response.ok) throw await refusalOf(response)
  return (await response.json()) as Session
}

/** Tells the server that nobody will come back; its failure matters to nobody. */
export async function closeSession(door: Door, session: Session): Promise<void> {
  const init = { method: 'DELETE', credentials: 'same-origin', keepalive: true, headers: door.headers('DELETE') } as const
  await door.fetch(`${door.base}/api/stream/sessions/${session.id}`, init).catch(() => undefined)
}
