import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { KeptWaiting } from '@/lib/offline/db'
import { dropWaiting, keepWaiting, keptWaiting } from '@/lib/offline/shelf'
import { asProblem } from '@/lib/problem'
import { useSession } from '@/lib/session'
import { postMessage } from './chat.api'
import { answerOf, isDue, isUnsure, newKey, type Entry, type Pending } from './outbox.logic'

/** Beyond so many a device has been away for too long to send them unseen. */
export const WAITING_MAX = 200
/** A server that answers but cannot take anything is asked again after this. */
export const AGAIN_MS = 15_000

interface Words {
  line: (error: unknown) => string
  unsure: () => string
  full: () => string
}

/** Messages on their way, of all conversations, in the order they were written.
 *
 * The theory: a message is kept on the device before it is tried, and keeps its idempotency key through every try, so
 * neither a reload nor an answer that was lost on the way can lose or double it. One is tried at a time; the next one
 * goes when the one before it was answered. What was taken stays until its fact arrives, if its conversation is open.
 */
export const useOutbox = defineStore('outbox', () => {
  const session = useSession()
  const entries = shallowRef<readonly Entry[]>([])
  /** The conversation on the page: what was taken of others needs no more showing. */
  const open = ref('')
  const loaded = ref(false)
  let loading: Promise<void> | null = null
  let sending = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let wanted = false

  const of = (conversationId: string): Pending[] => entries.value.filter((entry) => entry.conversation_id === conversationId).map((entry) => entry.pending)
  const waiting = computed(() => entries.value.filter(({ pending }) => pending.status === 'waiting').length)
  const unsent = computed(() => entries.value.filter(({ pending }) => !pending.message_id).length)
  const find = (key: string): Entry | undefined => entries.value.find(({ pending }) => pending.key === key)

  function load(): Promise<void> {
    loading ??= keptWaiting(session.user?.id ?? '').then((kept) => {
      const known = new Set(entries.value.map(({ pending }) => pending.key))
      const read = kept.map(entryOf).filter(({ pending }) => !known.has(pending.key) && !pending.message_id)
      entries.value = [...read, ...entries.value].sort((one, other) => one.at - other.at)
      loaded.value = true
    })
    return loading
  }

  function add(conversationId: string, pending: Pending): void {
    const last = entries.value.at(-1)?.at ?? 0
    set([...entries.value, { conversation_id: conversationId, at: Math.max(Date.now(), last + 1), pending }], pending.key)
  }

  function change(key: string, values: Partial<Pending>): void {
    set(entries.value.map((entry) => (entry.pending.key === key ? { ...entry, pending: { ...entry.pending, ...values } } : entry)), key)
  }

  function set(next: readonly Entry[], changed: string): void {
    entries.value = next
    const entry = find(changed)
    if (entry) void keepWaiting({ key: changed, user_id: session.user?.id ?? '', ...entry })
  }

  function drop(key: string): void {
    entries.value = entries.value.filter(({ pending }) => pending.key !== key)
    void dropWaiting(key)
  }

  /** Another conversation is on the page now. */
  function turnTo(conversationId: string): void {
    open.value = conversationId
    void load()
    for (const { pending, conversation_id } of entries.value) if (pending.message_id && conversation_id !== conversationId) drop(pending.key)
  }

  /** Sends what is due, one after the other; two tabs take turns. */
  async function sendAll(words: Words): Promise<void> {
    clearTimeout(timer)
    wanted = true
    if (sending) return
    sending = true
    try {
      await load()
      while (wanted) {
        wanted = false
        if (session.asleep) showWaiting()
        else await inTurn(() => sendDue(words))
      }
    } finally {
      sending = false
    }
  }

  async function sendDue(words: Words): Promise<void> {
    const held = new Set<string>()
    for (;;) {
      const next = entries.value.find((entry) => isDue(entry) && !held.has(entry.pending.key))
      if (!next) return
      held.add(next.pending.key)
      if ((await post(next, words)) === 'silent') return pause(words)
    }
  }

  async function post({ conversation_id, pending }: Entry, words: Words): Promise<'taken' | 'refused' | 'silent'> {
    const { key, text: content, connection, nudge, as, reply, member } = pending
    if (isUnsure(pending, Date.now())) return refuse(key, words.unsure())
    change(key, { status: 'sending', tried_at: pending.tried_at ?? Date.now() })
    try {
      const taken = await postMessage({ conversation_id, content, idempotency_key: key, connection, nudge, as, reply, member })
      if (conversation_id === open.value) change(key, { message_id: taken.message_id })
      else drop(key)
      return 'taken'
    } catch (error) {
      if (answerOf(asProblem(error)) === 'silent') return 'silent'
      return refuse(key, words.line(error))
    }
  }

  function refuse(key: string, reason: string): 'refused' {
    if (find(key)) change(key, { status: 'refused', reason })
    return 'refused'
  }

  /** Nothing more goes through for now. */
  function pause(words: Words): void {
    wanted = false
    showWaiting()
    timer = setTimeout(() => void sendAll(words), AGAIN_MS)
  }

  function showWaiting(): void {
    for (const { pending } of entries.value.filter(isDue)) if (pending.status !== 'waiting') change(pending.key, { status: 'waiting' })
  }

  /** Once more, by hand. What may have arrived a day ago is a new message now. */
  function again(key: string, words: Words): void {
    const entry = find(key)
    if (!entry) return
    if (!isUnsure(entry.pending, Date.now())) change(key, { status: 'sending', reason: undefined })
    else {
      drop(key)
      add(entry.conversation_id, { ...entry.pending, key: newKey(), status: 'sending', reason: undefined, tried_at: undefined })
    }
    void sendAll(words)
  }

  function write(conversationId: string, pending: Pending, words: Words): void {
    const full = unsent.value >= WAITING_MAX
    add(conversationId, full ? { ...pending, status: 'refused', reason: words.full() } : pending)
    void sendAll(words)
  }

  // Another person at this page has another outbox.
  watch(() => session.user?.id, () => {
    entries.value = []
    loading = null
    loaded.value = false
  }, { flush: 'sync' })

  return { entries, of, waiting, unsent, loaded, load, change, drop, turnTo, sendAll, again, write }
})

function entryOf({ conversation_id, at, pending }: KeptWaiting): Entry {
  const one = pending as Pending
  return { conversation_id, at, pending: one.status === 'sending' ? { ...one, status: 'waiting' } : one }
}

/** One tab at a time where the browser can say so; elsewhere the server's memory of the keys must do. */
async function inTurn(work: () => Promise<void>): Promise<void> {
  const locks = navigator.locks as LockManager | undefined
  if (locks) await locks.request('tavern-outbox', work)
  else await work()
}
