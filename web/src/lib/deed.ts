import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { useProblemText } from './problem-text'
import { useToasts } from './toasts'

/** A change that is told by a toast: done, or why not. The lists it touches are read again. */
export function useDeed<In, Out>(run: (given: In) => Promise<Out>, { touches, done }: { touches: string; done?: string | ((given: In) => string) }) {
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  return useMutation({
    mutationFn: run,
    onSuccess: (_out, given) => { if (done) toasts.show(typeof done === 'string' ? done : done(given), { tone: 'ok' }) },
    onError: (error) => toasts.show(problem.line(error), { tone: 'bad' }),
    onSettled: () => queries.invalidateQueries({ queryKey: [touches] }),
  })
}
