import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, watch, type Ref } from 'vue'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { cancelImport, getImport, listItems, resumeImport, startImport, undoImport, type Asked, type Kind, type Undone } from '../import.api'
import { isRunning } from '../import.logic'

const askAgainMs = 700
/** What an import may have changed. */
const touched = ['characters', 'conversations', 'lorebooks', 'groups', 'worlds', 'presets', 'personas', 'config', 'imports']

/** One import: where it stands while it runs, its items, and what can be done with it. */
export function useOneImport(id: Ref<string>) {
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  const status = ref<Asked | ''>('')
  const kind = ref<Kind | ''>('')
  const undone = ref<Undone>()

  const told = useQuery({
    queryKey: computed(() => ['import', id.value]),
    queryFn: () => getImport(id.value),
    refetchInterval: (query) => (isRunning(query.state.data) ? askAgainMs : false),
  })
  const items = useInfiniteQuery({
    queryKey: computed(() => ['import', id.value, 'items', status.value, kind.value, told.data.value?.status]),
    queryFn: ({ pageParam }) => listItems(id.value, { status: status.value || undefined, kind: kind.value || undefined, cursor: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    enabled: computed(() => told.data.value !== undefined && told.data.value.status !== 'analysing'),
    placeholderData: keepPreviousData,
  })

  watch(() => told.data.value?.status, (now, before) => {
    if (before === 'importing' || now === 'undone') for (const name of touched) void queries.invalidateQueries({ queryKey: [name] })
  })
  const does = <T, G>(act: (given: G) => Promise<T>, then?: (made: T) => void) => useMutation({
    mutationFn: act,
    onSuccess: (made) => then?.(made),
    onError: (error) => toasts.show(problem.line(error), { tone: 'bad' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['import', id.value] }),
  })
  return {
    told, items, status, kind, undone,
    rows: computed(() => items.data.value?.pages.flatMap((page) => page.items) ?? []),
    start: does((skip: string[]) => startImport(id.value, skip)),
    cancel: does(() => cancelImport(id.value)),
    resume: does(() => resumeImport(id.value)),
    undo: does(() => undoImport(id.value), (made) => (undone.value = made)),
  }
}
