import { QueryClient } from '@tanstack/vue-query'
import { ApiProblem } from './problem'

/** Refusals are final; only a silent or failing server is asked again. */
const worthRetrying = (count: number, error: Error): boolean =>
  count < 2 && (!(error instanceof ApiProblem) || error.status === 0 || error.status >= 500)

export const makeQueryClient = (): QueryClient =>
  new QueryClient({ defaultOptions: { queries: { staleTime: 15_000, retry: worthRetrying, networkMode: 'always' }, mutations: { networkMode: 'always' } } })

export const queryClient = makeQueryClient()
