import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useChat } from '../chat.store'
import type { Page } from '../chat.types'

interface Wish<T> {
  open: Ref<boolean>
  key: () => readonly unknown[]
  read: (cursor?: string) => Promise<Page<T>>
}

/** A paged list in one of the log's windows; read again when the conversation changed. */
export function useLogPages<T>({ open, key, read }: Wish<T>) {
  const chat = useChat()
  const query = useInfiniteQuery({
    queryKey: computed(() => [...key(), chat.state.changedAt]),
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
    enabled: open,
  })
  const items = computed(() => (query.data.value?.pages ?? []).flatMap((page) => page.items) as T[])
  const bound = computed(() => ({
    pending: query.isPending.value, error: query.error.value, more: query.hasNextPage.value, fetching: query.isFetchingNextPage.value,
    onRetry: () => void query.refetch(), onNext: () => void query.fetchNextPage(),
  }))
  return { items, bound }
}
