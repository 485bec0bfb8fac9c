import { useQueryClient } from '@tanstack/vue-query'
import { computed, ref, shallowRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { download } from '@/lib/download'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { changeConversations, conversationsAddress, type ChatsFormat } from '../chat.api'
import { useChat } from '../chat.store'
import type { Conversation } from '../chat.types'
import { inParts } from '../display.logic'
import { extended, inOrder, SELECTED_MAX, toggled } from '../selection.logic'
import { conversationsKey } from './keys'

/** The server changes so many at once. */
const AT_ONCE = 200
/** An address holds so many names. */
export const EXPORTED_MAX = 400

/** Choosing several conversations: by pointer, keys or a long press, or all that match. `more` loads the next page of them. */
export function useChosenChats(items: Readonly<Ref<readonly Conversation[]>>, more: () => Promise<boolean>) {
  const choosing = ref(false)
  const chosen = shallowRef<ReadonlySet<string>>(new Set())
  const anchor = ref<string | null>(null)
  const order = computed(() => items.value.map((one) => one.id))
  const ids = computed(() => inOrder(chosen.value, order.value))

  function end(): void {
    choosing.value = false
    chosen.value = new Set()
    anchor.value = null
  }
  /** Choose one or let it go; with `stretch` all from the last one on. */
  function pick(id: string, stretch = false): void {
    choosing.value = true
    chosen.value = stretch ? extended(chosen.value, { from: anchor.value, to: id, path: order.value }) : toggled(chosen.value, id)
    anchor.value = id
  }
  async function all(): Promise<void> {
    choosing.value = true
    while (order.value.length < SELECTED_MAX && (await more())) continue
    chosen.value = new Set(order.value.slice(0, SELECTED_MAX))
  }
  const none = (): void => void (chosen.value = new Set())

  return {
    choosing, ids, count: computed(() => ids.value.length), begin: () => (choosing.value = true), end, pick, all, none, has: (id: string) => chosen.value.has(id),
    every: computed(() => ids.value.length > 0 && ids.value.length === order.value.length),
  }
}
export type ChosenChats = ReturnType<typeof useChosenChats>

/** What is done to all of them, each taken back as one. */
export function useChatsDeeds() {
  const { t, n } = useI18n()
  const queries = useQueryClient()
  const toasts = useToasts()
  const words = useProblemText()
  const chat = useChat()
  const route = useRoute()
  const router = useRouter()
  const busy = ref(false)

  async function change(ids: readonly string[], action: 'delete' | 'restore', back = true): Promise<boolean> {
    if (busy.value || !ids.length) return false
    busy.value = true
    const changed: string[] = []
    try {
      for (const part of inParts(ids, AT_ONCE)) changed.push(...(await changeConversations(part, action)).changed)
      return true
    } catch (error) {
      toasts.show(words.line(error), { tone: 'bad' })
      return false
    } finally {
      busy.value = false
      await told(changed, action, back)
    }
  }

  /** Also of a change that came only halfway: what was done can be taken back. */
  async function told(changed: readonly string[], action: 'delete' | 'restore', back: boolean): Promise<void> {
    if (!changed.length) return
    changed.forEach((id) => chat.forget(id))
    const undo = { label: t('common.undo'), run: () => change(changed, action === 'delete' ? 'restore' : 'delete', false) }
    toasts.show(t(`chat.many.did.${action}`, { n: n(changed.length) }, changed.length), back ? { action: undo } : {})
    await queries.invalidateQueries({ queryKey: conversationsKey })
    if (action === 'delete' && changed.includes(String(route.params.conversationId))) await router.push({ name: 'chats' })
  }

  return { busy, change, save: (ids: readonly string[], format: ChatsFormat) => download(conversationsAddress(ids, format)) }
}
