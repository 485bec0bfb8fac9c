import { nextTick, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { asProblem } from '@/lib/problem'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import type { Window } from '../chat.api'
import { useChat } from '../chat.store'
import type { MessagePage } from '../chat.types'

const MARK_MS = 3000

interface Log {
  toEnd: () => void
  toKey: (key: string, align?: 'center' | 'start') => Promise<boolean>
}
interface Means {
  loading: Ref<boolean>
  turn: (query: Window) => Promise<MessagePage | null>
  log: () => Log | null
  goToLeaf: (id: string) => Promise<unknown>
}

/** The ways to a message: the one of the address, a hit, a day, a bookmark, the newest. What is not loaded is turned to. */
export function useReach(messageId: Ref<string | undefined>, { loading, turn, log, goToLeaf }: Means) {
  const marked = ref<string | null>(null)
  const chat = useChat()
  const toasts = useToasts()
  const words = useProblemText()
  const { t } = useI18n()

  async function show(id: string, align: 'center' | 'start'): Promise<void> {
    marked.value = id
    await nextTick()
    await log()?.toKey(id, align)
    setTimeout(() => { if (marked.value === id) marked.value = null }, MARK_MS)
  }

  /** Brings a message into view and says whether it stands on the branch that is read. */
  async function reach(id: string, align: 'center' | 'start' = 'center'): Promise<boolean> {
    if (!chat.path.includes(id) && !(await turned({ around: id }))) return false
    if (chat.path.includes(id)) {
      await show(id, align)
      return true
    }
    toasts.show(t('chat.elsewhere'), { action: { label: t('chat.go_there'), run: () => goThere(id) } })
    return false
  }

  async function turned(query: Window): Promise<boolean> {
    try {
      return (await turn(query)) !== null
    } catch (error) {
      if (asProblem(error).status === 404 || asProblem(error).status === 409) return true
      toasts.show(words.line(error), { tone: 'bad' })
      return false
    }
  }

  /** To a message on another branch: the branch that ends at `leaf`, or at the message itself, is read from now on. */
  async function goThere(id: string, leaf = id): Promise<void> {
    if (!(await goToLeaf(leaf))) return
    if (await turned({ around: id })) await show(id, 'center')
  }

  async function toEnd(): Promise<void> {
    if (chat.state.hasNewer && !(await turned({}))) return
    await nextTick()
    log()?.toEnd()
  }

  /** To the first message of the story. */
  async function toTop(): Promise<void> {
    if (chat.state.hasOlder && !(await turned({ at: new Date(0).toISOString() }))) return
    const first = chat.path[0]
    if (first) await log()?.toKey(first, 'start')
  }

  watch([messageId, loading], ([id, busy]) => { if (id && !busy && chat.path.length) void reach(id) }, { immediate: true })
  return { marked, reach, goThere, toEnd, toTop }
}
