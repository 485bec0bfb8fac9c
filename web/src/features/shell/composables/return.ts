import { useQueryClient } from '@tanstack/vue-query'
import { watch } from 'vue'
import { useReachable } from '@/lib/reachable'

/** What could not be read while the server was away is read again when it answers: nobody has to press *Try again*. */
export function useReturn(): void {
  const queries = useQueryClient()
  watch(useReachable(), (answers) => {
    if (answers) void queries.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' })
  })
}
