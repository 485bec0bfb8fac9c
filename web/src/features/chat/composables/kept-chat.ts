import { useQueryClient } from '@tanstack/vue-query'
import { useDebounceFn } from '@vueuse/core'
import { nextTick, onScopeDispose, watch } from 'vue'
import { dropChat, keepChat, keepList, keptChat, keptList } from '@/lib/offline/shelf'
import { ApiProblem } from '@/lib/problem'
import { useReachable } from '@/lib/reachable'
import { useSession } from '@/lib/session'
import { listConversations } from '../chat.api'
import { useChat } from '../chat.store'
import type { Conversation, Page } from '../chat.types'
import type { ChatState } from '../fold.state'
import { cutForKeeping } from '../kept.logic'
import { conversationKey, conversationsKey } from './keys'

const QUIET_MS = 1_500
const KEEP_MS_MAX = 10_000
const LIST = 'conversations'

/** Keeps on this device what the fold shows, and shows it again while the server does not answer. */
export function useKeptChat() {
  const chat = useChat()
  const session = useSession()
  const queries = useQueryClient()
  const reachable = useReachable()
  const owner = (): string => session.user?.id ?? ''

  function keep(): void {
    const { conversationId } = chat.state
    const detail = queries.getQueryData(conversationKey(conversationId))
    const state = cutForKeeping(chat.state)
    if (session.asleep || !owner() || !detail) return
    if (state) void keepChat(owner(), conversationId, { state, detail })
    else if (chat.state.deleted) void dropChat(owner(), conversationId)
  }
  const keepSoon = useDebounceFn(keep, QUIET_MS, { maxWait: KEEP_MS_MAX })
  watch(() => chat.state, () => void keepSoon())
  // Leaving the page ends the waiting; what was just read is kept all the same.
  window.addEventListener('pagehide', keep)
  onScopeDispose(() => window.removeEventListener('pagehide', keep))

  async function restore(wanted: string): Promise<boolean> {
    const copy = await keptChat(owner(), wanted)
    if (!copy || chat.state.conversationId !== wanted) return false
    queries.setQueryData(conversationKey(wanted), copy.detail)
    chat.resume(copy.state as ChatState)
    return true
  }

  /** Reads from the server; as soon as it is known to be away, what was kept stands in. Throws when there is neither. */
  async function readOr(wanted: string, read: () => Promise<void>): Promise<void> {
    const reading = read()
    const away = new Promise<'away'>((resolve) => {
      const stop = watch(() => !reachable.value || session.asleep, (is) => { if (is) resolve('away') }, { immediate: true })
      void reading.finally(() => stop()).catch(() => undefined)
    })
    const first = await Promise.race([reading.then(() => 'read' as const, () => 'failed' as const), away])
    if (first !== 'read' && (await restore(wanted))) return
    await reading
    keep()
  }

  return { readOr }
}

/** A phone may show one chat for weeks and never the list: it is read once behind the page, so that it is there when needed. */
export function useKeptList(): void {
  const queries = useQueryClient()
  const session = useSession()
  const reachable = useReachable()
  const stop = watch(() => reachable.value && session.standing === 'signed-in' && !session.asleep, (awake) => {
    if (!awake || queries.getQueriesData({ queryKey: conversationsKey }).length) return
    void nextTick(() => stop())
    void listOrKept(session.user?.id ?? '', () => listConversations({}), { first: true }).catch(() => undefined)
  }, { immediate: true })
}

/** The first page of conversations, kept for later; without a server what was kept, searched here. */
export async function listOrKept(userId: string, read: () => Promise<Page<Conversation>>, { q, first }: { q?: string; first: boolean }): Promise<Page<Conversation>> {
  try {
    const page = await read()
    if (first && !q) void keepList(userId, LIST, page.items)
    return page
  } catch (error) {
    const kept = error instanceof ApiProblem && error.status === 0 && first ? await keptList(userId, LIST) : undefined
    if (!kept) throw error
    const words = q?.toLowerCase() ?? ''
    const items = (kept as Conversation[]).filter((one) => `${one.title} ${one.character_name}`.toLowerCase().includes(words))
    return { items, next_cursor: null }
  }
}
