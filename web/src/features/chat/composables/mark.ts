import { ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useToasts } from '@/lib/toasts'
import { useChat } from '../chat.store'

const PAGES_MAX = 60
const PAGE_SIZE = 200
const MARK_MS = 3000

interface Reach {
  loading: Ref<boolean>
  loadOlder: (limit: number) => Promise<boolean>
  scrollTo: (id: string) => unknown
  goToLeaf: (id: string) => unknown
}

/** Brings the message of the address into view, reading older pages until it is there. */
export function useMark(messageId: Ref<string | undefined>, reach: Reach): Ref<string | null> {
  const marked = ref<string | null>(null)
  const chat = useChat()
  const toasts = useToasts()
  const { t } = useI18n()

  async function find(id: string): Promise<void> {
    for (let pages = 0; pages < PAGES_MAX && !chat.path.includes(id); pages += 1) if (!(await reach.loadOlder(PAGE_SIZE))) break
    if (messageId.value !== id) return
    if (!chat.path.includes(id)) return void toasts.show(t('chat.elsewhere'), { action: { label: t('chat.go_there'), run: () => reach.goToLeaf(id) } })
    marked.value = id
    setTimeout(() => reach.scrollTo(id), 100)
    setTimeout(() => { if (marked.value === id) marked.value = null }, MARK_MS)
  }

  watch([messageId, reach.loading], ([id, loading]) => { if (id && !loading && chat.path.length) void find(id) }, { immediate: true })
  return marked
}
