import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { computed } from 'vue'
import { queryChoice, queryText } from '@/lib/query'
import { listCharacters, listTags, type Search, type Sort } from '../characters.api'

export const sorts: readonly Sort[] = ['recent', 'name', 'created']
export type Shelf = 'all' | 'favourites' | 'trash'
export const shelves: readonly Shelf[] = ['all', 'favourites', 'trash']

/** The gallery's question, kept in the address so that back and reload find it, and its answer, page by page. */
export function useGallery() {
  const typed = queryText('q')
  const tag = queryText('tag')
  const sort = queryChoice('sort', sorts)
  const shelf = queryChoice('show', shelves)
  const q = refDebounced(typed, 200)

  const search = computed<Search>(() => ({
    ...(q.value.trim() ? { q: q.value.trim() } : {}),
    ...(tag.value ? { tag: tag.value } : {}),
    ...(shelf.value === 'favourites' ? { favourite: true } : {}),
    ...(shelf.value === 'trash' ? { trash: true } : {}),
    sort: sort.value,
  }))
  const pages = useInfiniteQuery({
    queryKey: ['characters', search],
    queryFn: ({ pageParam }) => listCharacters(search.value, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const items = computed(() => pages.data.value?.pages.flatMap((page) => page.items) ?? [])
  /** Exact when the server counted or the last page is here; until then "at least". */
  const total = computed(() => pages.data.value?.pages[0]?.total ?? items.value.length)
  const counted = computed(() => pages.data.value?.pages[0]?.total != null || !pages.hasNextPage.value)
  const tags = useQuery({ queryKey: ['character-tags'], queryFn: listTags })
  const narrowed = computed(() => Boolean(q.value.trim() || tag.value))

  return { typed, tag, sort, shelf, pages, items, total, counted, tags, narrowed }
}
