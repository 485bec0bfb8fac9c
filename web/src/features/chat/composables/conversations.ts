import { useInfiniteQuery, useQueryClient } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { useProblemText } from '@/lib/problem-text'
import { useSession } from '@/lib/session'
import { useToasts } from '@/lib/toasts'
import { deleteConversation, listConversations, restoreConversation } from '../chat.api'
import { useChat } from '../chat.store'
import type { Conversation } from '../chat.types'
import { listOrKept } from './kept-chat'
import { conversationsKey } from './keys'

const TYPING_MS = 200

/** The list of conversations, newest first, page by page, and what is done with one of them. */
export function useConversations(search: Ref<string>, trash: Ref<boolean>) {
  const q = refDebounced(computed(() => search.value.trim()), TYPING_MS)
  const session = useSession()
  const query = useInfiniteQuery({
    queryKey: computed(() => [...conversationsKey, { q: q.value, trash: trash.value }]),
    queryFn: ({ pageParam }) => {
      const read = () => listConversations({ q: q.value || undefined, trash: trash.value || undefined, cursor: pageParam })
      return listOrKept(session.user?.id ?? '', read, { q: q.value, first: !pageParam && !trash.value })
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
    refetchOnWindowFocus: true,
  })
  const items = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  return { query, items, searched: q, ...useListDeeds() }
}

function useListDeeds() {
  const queries = useQueryClient()
  const toasts = useToasts()
  const words = useProblemText()
  const chat = useChat()
  const route = useRoute()
  const router = useRouter()
  const { t } = useI18n()
  const again = () => queries.invalidateQueries({ queryKey: conversationsKey })

  async function trying(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      await again()
      return true
    } catch (error) {
      toasts.show(words.line(error), { tone: 'bad' })
      return false
    }
  }

  const restore = (conversation: Conversation) => trying(() => restoreConversation(conversation.id))

  async function remove(conversation: Conversation): Promise<void> {
    if (!(await trying(() => deleteConversation(conversation.id)))) return
    chat.forget(conversation.id)
    toasts.show(t('chat.conversation_deleted', { title: conversation.title }), { action: { label: t('common.undo'), run: () => restore(conversation) } })
    if (route.params.conversationId === conversation.id) await router.push({ name: 'chats' })
  }

  return { remove, restore }
}
