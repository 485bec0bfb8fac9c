import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { computed } from 'vue'
import { useRouter } from 'vue-router'
import { queryChoice, queryText, queryTexts } from '@/lib/query'
import { listCharacters, listTags, type Search, type Sort } from '../characters.api'
import type { Asked, SavedFilter, View } from '../gallery.api'

export const sorts: readonly Sort[] = ['recent', 'name', 'created', 'chatted', 'chats']
export type Shelf = 'all' | 'favourites' | 'trash'
export const shelves: readonly Shelf[] = ['all', 'favourites', 'trash']
export type Layout = 'grid' | 'list'

/** The gallery's question, kept in the address so that back and reload find it, and its answer, page by page. */
export function useGallery() {
  const router = useRouter()
  const typed = queryText('q')
  const picked = queryTexts('tag')
  const creator = queryText('creator')
  const collection = queryText('in')
  const sort = queryChoice('sort', sorts)
  const shelf = queryChoice('show', shelves)
  const layout = queryChoice<Layout>('as', ['grid', 'list'])
  const uncovered = queryText('hidden')
  const q = refDebounced(typed, 200)

  const asked = computed<Asked>(() => ({
    ...(q.value.trim() ? { q: q.value.trim() } : {}),
    ...(picked.value.length ? { tag: picked.value } : {}),
    ...(creator.value ? { creator: creator.value } : {}),
    ...(collection.value ? { collection: collection.value } : {}),
    ...(shelf.value === 'favourites' ? { favourite: true } : {}),
    ...(shelf.value === 'trash' ? { trash: true } : {}),
    ...(uncovered.value ? { hidden: true } : {}),
  }))
  const search = computed<Search>(() => ({ ...asked.value, sort: sort.value }))
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
  const narrowed = computed(() => Boolean(q.value.trim() || picked.value.length || creator.value || collection.value))

  /** Ask for all again. */
  const widen = (): Promise<unknown> => router.replace({ query: { sort: sort.value === 'recent' ? undefined : sort.value, as: layout.value === 'grid' ? undefined : layout.value } })
  const view = computed<View>(() => ({ ...asked.value, sort: sort.value }) as View)
  /** Look at the gallery as somebody kept it. */
  const look = ({ filter }: Pick<SavedFilter, 'filter'>): Promise<unknown> => router.replace({ query: {
    q: filter.q || undefined, tag: filter.tag?.length ? filter.tag : undefined, creator: filter.creator || undefined, in: filter.collection || undefined,
    show: filter.favourite ? 'favourites' : filter.trash ? 'trash' : undefined, hidden: filter.hidden ? '1' : undefined,
    sort: filter.sort === 'recent' ? undefined : filter.sort, as: layout.value === 'grid' ? undefined : layout.value,
  } })

  /** A shelf, or `in:` and a collection's id. */
  const place = (value: string): Promise<unknown> => router.replace({ query: {
    ...router.currentRoute.value.query, in: value.startsWith('in:') ? value.slice(3) : undefined, show: value === 'favourites' || value === 'trash' ? value : undefined,
  } })

  return { place, typed, picked, creator, collection, sort, shelf, layout, uncovered, asked, pages, items, total, counted, tags, narrowed, widen, view, look }
}

export type Gallery = ReturnType<typeof useGallery>
