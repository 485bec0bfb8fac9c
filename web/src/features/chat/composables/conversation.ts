import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { useDebounceFn } from '@vueuse/core'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { asProblem, type ApiProblem } from '@/lib/problem'
import { useStream } from '@/lib/sse'
import { getConversation, listMessages } from '../chat.api'
import { useChat } from '../chat.store'
import type { Frame } from '../chat.types'
import { readTail } from '../pages.logic'
import { conversationKey, conversationsKey } from './keys'

/** A page read while facts arrive may be older than they are; so often it is read again. */
const READS_MAX = 3
/** The same hole asked for so often means that the line cannot fill it: the pages must. */
const REWINDS_MAX = 2

/** Opens the conversation of the route: its page first, then its frames, for as long as it is shown. */
export function useConversation(id: Ref<string | undefined>, hear: (frame: Frame) => void) {
  const chat = useChat()
  const queries = useQueryClient()
  const stream = useStream()
  const loading = ref(false)
  const loadingOlder = ref(false)
  const error = shallowRef<ApiProblem | null>(null)
  let rewinds = 0
  let reading: Promise<void> | null = null

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
      if (!remembered) await readFirst(wanted)
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
    const page = await listMessages(wanted)
    if (id.value === wanted) chat.begin(known.position, page)
  }

  const listen = (conversationId: string) => stream.open({ conversationId, after: chat.state.position, onFrame: take })

  function take(frame: Frame): void {
    const before = chat.state
    chat.take(frame)
    if (frame.type === 'event' || frame.type === 'complete' || frame.type === 'error') void tellLists()
    if (chat.state.hole && chat.state.hole !== before.hole) fillHole()
    if (!chat.state.hole) rewinds = 0
    if (chat.state.stale) void refresh()
    hear(frame)
  }

  function fillHole(): void {
    const { position, offset } = chat.state.hole!
    rewinds += 1
    if (rewinds <= REWINDS_MAX) stream.rewind(`${position}.${offset}`)
    else void refresh()
  }

  /** Reads again what the frames could not tell; once at a time, and until it is not older than the fold. */
  function refresh(): Promise<void> {
    reading ??= readAgain().finally(() => (reading = null))
    return reading
  }

  async function readAgain(): Promise<void> {
    const wanted = id.value
    for (let reads = 1; wanted && reads <= READS_MAX; reads += 1) {
      const before = chat.state
      const tail = await readTail(before, (cursor) => listMessages(wanted, { before: cursor })).catch(() => null)
      if (!tail || id.value !== wanted) return
      if (chat.state.position === before.position || reads === READS_MAX) return chat.replace(tail.items, tail.hasOlder)
    }
  }

  async function loadOlder(limit?: number): Promise<boolean> {
    const wanted = id.value
    const first = chat.path[0]
    if (!wanted || !first || !chat.state.hasOlder || loadingOlder.value) return false
    loadingOlder.value = true
    try {
      const page = await listMessages(wanted, { before: first, limit })
      if (id.value === wanted && chat.path[0] === first) chat.addOlder(page)
      return true
    } catch {
      return false
    } finally {
      loadingOlder.value = false
    }
  }

  watch(id, open, { immediate: true })
  stream.restWhenHidden(() => id.value && listen(id.value))

  return { detail: detail.data, loading, loadingOlder, error, line: stream.state, refusal: stream.refusal, reconnect: stream.reconnect, retry: open, loadOlder, refresh }
}
