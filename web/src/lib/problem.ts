/** What the server answers instead of the thing asked for (RFC 9457), or `offline` when nothing answered. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly facts: Record<string, unknown>
  readonly requestId: string

  constructor(given: Partial<ProblemBody> & { status: number }) {
    super(given.detail || given.title || `HTTP ${given.status}`)
    this.status = given.status
    this.code = given.code ?? `http_${given.status}`
    this.title = given.title ?? ''
    this.detail = given.detail ?? ''
    this.facts = given.facts ?? {}
    this.requestId = given.request_id ?? ''
  }
}

interface ProblemBody {
  status: number
  code: string
  title: string
  detail: string
  facts: Record<string, unknown>
  request_id: string
}

/** Read a failed answer; proxies answer with HTML, so anything unreadable becomes its status. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null)
  const given = body && typeof body === 'object' ? (body as Partial<ProblemBody>) : {}
  return new ApiProblem({ ...given, status: response.status })
}

export const offline = () => new ApiProblem({ status: 0, code: 'offline', title: 'The server does not answer' })

/** Any thrown value as a problem, so that every error state has the same fields. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  return new ApiProblem({ status: -1, code: 'unexpected', detail: error instanceof Error ? error.message : String(error) })
}

export const isProblem = (error: unknown, code: string): error is ApiProblem =>
  error instanceof ApiProblem && error.code === code
