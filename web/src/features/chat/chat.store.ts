import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Frame, Message, MessagePage, Page } from './chat.types'
import { append, apply, emptyState, prepend, replaceTail, RUNNING, trim, turnTo, type ChatState } from './fold.logic'
import { WINDOW_MAX } from './history.logic'
import { useOutbox } from './outbox.store'
import { settled, type Pending } from './pending.logic'
import { rowsOf } from './rows.logic'

/** Conversations whose state is kept, so that going back to one shows it at once and reads on from its position. */
const KEPT_MAX = 6

/** The conversation on the page: one fold of its frames, plus what this page has sent and not yet seen arrive. */
export const useChat = defineStore('chat', () => {
  const kept = new Map<string, ChatState>()
  const state = shallowRef<ChatState>(emptyState(''))
  const outbox = useOutbox()
  const pending = computed<Pending[]>(() => outbox.of(state.value.conversationId))
  /** The message being edited, by id. */
  const editing = ref<string | null>(null)

  const path = computed(() => state.value.path)
  const messages = computed(() => state.value.messages)
  const drafts = computed(() => state.value.drafts)
  /** While some are being chosen, none of them is let go. */
  const holding = ref(false)
  const rows = computed(() => {
    const all = rowsOf(path.value, messages.value)
    // What is written below the part that is loaded can still be stopped.
    return state.value.hasNewer ? { ...all, running: all.running ?? Object.values(messages.value).find((one) => RUNNING.has(one.status)) ?? null } : all
  })
  /** The newest message of the path; null while it is not loaded. */
  const last = computed<Message | null>(() => (state.value.hasNewer ? null : (rows.value.shown.at(-1) ?? null)))

  function set(next: ChatState): void {
    if (next === state.value) return
    state.value = next
    settle()
  }

  /** What has arrived is no longer on its way. */
  function settle(): void {
    const left = settled(pending.value, state.value)
    if (left !== pending.value) for (const one of pending.value) if (!left.includes(one)) outbox.drop(one.key)
  }

  /** Turns to a conversation. Says whether it is remembered and needs no page. */
  function enter(id: string): boolean {
    leave()
    const known = kept.get(id)
    state.value = known ?? emptyState(id)
    outbox.turnTo(id)
    editing.value = null
    holding.value = false
    return known !== undefined
  }

  function leave(): void {
    const { conversationId } = state.value
    if (!conversationId || !state.value.path.length) return
    kept.delete(conversationId)
    // Somebody who comes back expects the newest, not the page of last year they had looked up.
    if (state.value.hasNewer) return
    kept.set(conversationId, state.value)
    for (const oldest of [...kept.keys()].slice(0, -KEPT_MAX)) kept.delete(oldest)
  }

  /** The first page, read after the position was known. */
  function begin(position: number, page: Page<Message>): void {
    set(prepend({ ...emptyState(state.value.conversationId), position }, page))
  }

  /** Takes a page at one end and lets go at the other, unless something there is still needed. */
  function grow(side: 'older' | 'newer', next: ChatState): void {
    const needed = holding.value || (side === 'older' && rows.value.running !== null)
    set(needed ? next : trim(next, side, WINDOW_MAX))
  }

  // The answer that says which message it became may come after its fact.
  watch(pending, settle)

  /** Shows a chat as this device kept it. */
  const resume = (kept: ChatState): void => set({ ...emptyState(state.value.conversationId), ...kept })

  return {
    state, path, messages, drafts, rows, last, pending, editing, holding, enter, leave, begin,
    take: (frame: Frame) => set(apply(state.value, frame)),
    addOlder: (page: Page<Message>) => grow('older', prepend(state.value, page)),
    addNewer: (page: MessagePage) => grow('newer', append(state.value, page)),
    turnTo: (page: MessagePage) => set(turnTo(state.value, page)),
    replace: (items: Message[], hasOlder: boolean) => set(replaceTail(state.value, items, hasOlder)),
    settle, resume,
    forget: (id: string) => kept.delete(id),
  }
})
