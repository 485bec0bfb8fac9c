import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { computed } from 'vue'
import { queryChoice, queryText } from '@/lib/query'
import { dayStart } from '../hits.logic'
import { search, type Kind, type SearchQuery } from '../search.api'

export const kinds = ['all', 'message', 'conversation', 'character'] as const
export const roles = ['all', 'user', 'character', 'system'] as const
const pauseMs = 200
const pageSize = 50

/** The search page's question, kept in the address so that back and reload find it, and its answer, page by page. */
export function useSearchList() {
  const typed = queryText('q')
  const kind = queryChoice('kind', kinds)
  const role = queryChoice('role', roles)
  const [character, conversation] = [queryText('character'), queryText('chat')]
  const [from, to] = [queryText('from'), queryText('to')]
  const also = queryChoice('also', ['no', 'yes'] as const)
  const q = refDebounced(typed, pauseMs)

  const query = computed<SearchQuery>(() => ({
    q: q.value.trim(),
    ...(kind.value === 'all' ? {} : { kind: [kind.value as Kind] }),
    ...(role.value === 'all' ? {} : { role: role.value }),
    ...(character.value ? { character_id: character.value } : {}),
    ...(conversation.value ? { conversation_id: conversation.value } : {}),
    ...(dayStart(from.value) ? { from: dayStart(from.value) } : {}),
    ...(dayStart(to.value, 1) ? { to: dayStart(to.value, 1) } : {}),
    ...(also.value === 'yes' ? { hidden: true, variants: true } : {}),
    limit: pageSize,
  }))
  const pages = useInfiniteQuery({
    queryKey: ['search', query],
    queryFn: ({ pageParam, signal }) => search({ ...query.value, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled: computed(() => query.value.q !== ''),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const hits = computed(() => pages.data.value?.pages.flatMap((page) => page.items) ?? [])
  const filters = { kind, role, character, conversation, from, to, also }
  const narrowed = computed(() => [character, conversation, from, to].some((one) => one.value) || role.value !== 'all' || kind.value !== 'all')
  return { typed, asked: computed(() => query.value.q ?? ''), filters, narrowed, pages, hits }
}
export type Filters = ReturnType<typeof useSearchList>['filters']
