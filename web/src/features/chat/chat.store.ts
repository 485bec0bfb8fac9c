import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Frame, Message, Page } from './chat.types'
import { apply, emptyState, prepend, replaceTail, type ChatState } from './fold.logic'
import { keepPending, keptPending, settled, type Pending } from './pending.logic'
import { rowsOf } from './rows.logic'

/** Conversations whose state is kept, so that going back to one shows it at once and reads on from its position. */
const KEPT_MAX = 6

/** The conversation on the page: one fold of its frames, plus what this page has sent and not yet seen arrive. */
export const useChat = defineStore('chat', () => {
  const kept = new Map<string, ChatState>()
  const state = shallowRef<ChatState>(emptyState(''))
  const pending = shallowRef<Pending[]>([])
  /** The message being edited, by id. */
  const editing = ref<string | null>(null)

  const path = computed(() => state.value.path)
  const messages = computed(() => state.value.messages)
  const drafts = computed(() => state.value.drafts)
  const rows = computed(() => rowsOf(path.value, messages.value))
  const last = computed<Message | null>(() => rows.value.shown.at(-1) ?? null)

  function set(next: ChatState): void {
    if (next === state.value) return
    state.value = next
    const left = settled(pending.value, next)
    if (left !== pending.value) setPending(left)
  }

  /** Turns to a conversation. Says whether it is remembered and needs no page. */
  function enter(id: string): boolean {
    leave()
    const known = kept.get(id)
    state.value = known ?? emptyState(id)
    pending.value = keptPending(id)
    editing.value = null
    return known !== undefined
  }

  function leave(): void {
    const { conversationId } = state.value
    if (!conversationId || !state.value.path.length) return
    kept.delete(conversationId)
    kept.set(conversationId, state.value)
    for (const oldest of [...kept.keys()].slice(0, -KEPT_MAX)) kept.delete(oldest)
  }

  /** The first page, read after the position was known. */
  function begin(position: number, page: Page<Message>): void {
    set(prepend({ ...emptyState(state.value.conversationId), position }, page))
  }

  function setPending(next: Pending[]): void {
    pending.value = next
    keepPending(state.value.conversationId, next)
  }
  const changePending = (key: string, values: Partial<Pending>): void =>
    setPending(settled(pending.value.map((one) => (one.key === key ? { ...one, ...values } : one)), state.value))

  return {
    state, path, messages, drafts, rows, last, pending, editing, enter, leave, begin,
    take: (frame: Frame) => set(apply(state.value, frame)),
    addOlder: (page: Page<Message>) => set(prepend(state.value, page)),
    replace: (items: Message[], hasOlder: boolean) => set(replaceTail(state.value, items, hasOlder)),
    pend: (one: Pending) => setPending([...pending.value, one]),
    changePending,
    unpend: (key: string) => setPending(pending.value.filter((one) => one.key !== key)),
    forget: (id: string) => kept.delete(id),
  }
})
