import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { useDebounceFn } from '@vueuse/core'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { asProblem, type ApiProblem } from '@/lib/problem'
import { tellNews } from '@/lib/news'
import { useReachable } from '@/lib/reachable'
import { useStream } from '@/lib/sse'
import { getConversation, listMessages, pageSize } from '../chat.api'
import { useChat } from '../chat.store'
import type { Frame } from '../chat.types'
import { useDisplay } from '../display.store'
import { useDrafts } from '../drafts.store'
import { useHistory } from './history'
import { useKeptChat } from './kept-chat'
import { conversationKey, conversationsKey } from './keys'
import { useLooks } from './looks'

/** The same hole asked for so often means that the line cannot fill it: the pages must. */
const REWINDS_MAX = 2

/** Opens the conversation of the route: its page first, then its frames, for as long as it is shown. `sight`: the message that is read. */
export function useConversation(id: Ref<string | undefined>, hear: (frame: Frame) => void, sight: () => string | null = () => null) {
  const chat = useChat()
  const queries = useQueryClient()
  const stream = useStream()
  const kept = useKeptChat()
  const display = useDisplay()
  const drafts = useDrafts()
  const look = useLooks(stream.state)
  const loading = ref(false)
  const error = shallowRef<ApiProblem | null>(null)
  const history = useHistory(id, sight)
  let rewinds = 0

  const detail = useQuery({
    queryKey: computed(() => conversationKey(id.value ?? '')),
    queryFn: () => getConversation(id.value!),
    enabled: computed(() => Boolean(id.value)),
  })
  const tellLists = useDebounceFn(() => {
    void queries.invalidateQueries({ queryKey: conversationsKey })
    if (id.value) void queries.invalidateQueries({ queryKey: conversationKey(id.value) })
  }, 250, { maxWait: 2000 })

  async function open(): Promise<void> {
    const wanted = id.value
    stream.close()
    error.value = null
    if (!wanted) return chat.leave()
    const remembered = chat.enter(wanted)
    loading.value = !remembered
    try {
      if (!remembered) await kept.readOr(wanted, () => readFirst(wanted))
      if (id.value === wanted) listen(wanted)
    } catch (problem) {
      if (id.value === wanted) error.value = asProblem(problem)
    } finally {
      if (id.value === wanted) loading.value = false
    }
  }

  /** The position is read before the page, so that no fact falls between them; those told twice are known by the fold. */
  async function readFirst(wanted: string): Promise<void> {
    const known = await queries.fetchQuery({ queryKey: conversationKey(wanted), queryFn: () => getConversation(wanted), staleTime: 0 })
    const looks = display.open(wanted, pageSize)
    const page = await listMessages(wanted)
    await looks(page.items)
    if (id.value === wanted && !chat.path.length) chat.begin(known.position, page)
  }

  const listen = (conversationId: string) => stream.open({ conversationId, after: chat.state.position, onFrame: take })

  function take(frame: Frame): void {
    if (frame.type === 'news') {
      if (frame.about === 'draft' && frame.conversation_id) drafts.hear(frame.conversation_id, frame.draft ?? null, frame.page)
      return tellNews(frame)
    }
    const before = chat.state
    chat.take(frame)
    if (frame.type === 'event' || frame.type === 'complete' || frame.type === 'error') void tellLists()
    if (chat.state.hole && chat.state.hole !== before.hole) fillHole()
    if (!chat.state.hole) rewinds = 0
    if (chat.state.stale) void history.refresh()
    look(frame)
    hear(frame)
  }

  function fillHole(): void {
    const { position, offset } = chat.state.hole!
    rewinds += 1
    if (rewinds <= REWINDS_MAX) stream.rewind(`${position}.${offset}`)
    else void history.refresh()
  }

  watch(id, open, { immediate: true })
  watch(useReachable(), (answers) => { if (answers && error.value?.status === 0) void open() })
  stream.restWhenHidden(() => id.value && listen(id.value))

  return { detail: detail.data, loading, error, line: stream.state, refusal: stream.refusal, reconnect: stream.reconnect, retry: open, ...history }
}
