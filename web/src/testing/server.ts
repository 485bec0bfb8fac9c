import { vi } from 'vitest'

type Given = { url: URL; body: unknown; headers: Headers }
type Answer = object | null | ((given: Given) => object | null | Response)
/** `'GET /api/x': body` or a function of the request; `null` answers 204. */
export type Doors = Record<string, Answer>

export interface Call {
  door: string
  body: unknown
  headers: Headers
}

export const problem = (status: number, code: string, detail = ''): Response =>
  new Response(JSON.stringify({ status, code, title: code, detail, request_id: 'req-1' }), { status, headers: { 'Content-Type': 'application/problem+json' } })

/** A server in the place of `fetch`: answers the doors it was given, remembers what it was asked. */
export function fakeServer(doors: Doors): { calls: Call[]; asked: (door: string) => Call[] } {
  const calls: Call[] = []
  vi.stubGlobal('fetch', async (input: Request | string, init?: RequestInit) => {
    const request = new Request(typeof input === 'string' ? new URL(input, location.origin) : input, init)
    const url = new URL(request.url)
    const door = `${request.method} ${decodeURI(url.pathname)}`
    const body = await bodyOf(request)
    calls.push({ door, body, headers: request.headers })
    const answer = doors[door]
    if (answer === undefined) return problem(404, 'not_found', door)
    return responseOf(typeof answer === 'function' ? answer({ url, body, headers: request.headers }) : answer)
  })
  return { calls, asked: (door) => calls.filter((call) => call.door === door) }
}

async function bodyOf(request: Request): Promise<unknown> {
  const isJson = request.headers.get('Content-Type')?.includes('json')
  return isJson ? request.json() : null
}

function responseOf(answer: object | null): Response {
  if (answer instanceof Response) return answer
  return answer === null ? new Response(null, { status: 204 }) : new Response(JSON.stringify(answer), { status: 200, headers: { 'Content-Type': 'application/json' } })
}
