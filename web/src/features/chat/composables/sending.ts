import { watch, type Ref } from 'vue'
import { asProblem } from '@/lib/problem'
import { useProblemText } from '@/lib/problem-text'
import { postMessage } from '../chat.api'
import { useChat } from '../chat.store'
import { newKey, type Pending } from '../pending.logic'
import { connectionOf } from '../preferences'

/** What is said of a message besides its text. */
export type How = Pick<Pending, 'nudge' | 'as' | 'reply'>

/** Sends messages. Each keeps its key through every try, so that none is taken twice. */
export function useSending(line: Ref<string>) {
  const chat = useChat()
  const text = useProblemText()

  async function post(one: Pending): Promise<void> {
    const conversation_id = chat.state.conversationId
    try {
      const { key: idempotency_key, text: content, connection, nudge, as, reply } = one
      const taken = await postMessage({ conversation_id, content, idempotency_key, connection, nudge, as, reply })
      if (chat.state.conversationId === conversation_id) chat.changePending(one.key, { message_id: taken.message_id })
    } catch (error) {
      const problem = asProblem(error)
      const silent = problem.status === 0 || problem.status >= 500
      chat.changePending(one.key, silent ? { status: 'waiting' } : { status: 'refused', reason: text.line(problem) })
    }
  }

  function send(content: string, how: How = {}): void {
    const connection = connectionOf(chat.state.conversationId) ?? undefined
    const one: Pending = { ...how, key: newKey(), text: content, status: 'sending', after: chat.path.at(-1) ?? null, connection }
    chat.pend(one)
    void post(one)
  }

  function again(key: string): void {
    const one = chat.pending.find((pending) => pending.key === key)
    if (!one) return
    chat.changePending(key, { status: 'sending', reason: undefined })
    void post(one)
  }

  // In the order they were written: the next one goes when the one before it was answered.
  async function sendWaiting(): Promise<void> {
    for (const one of chat.pending.filter((pending) => pending.status === 'waiting' && !pending.message_id)) {
      chat.changePending(one.key, { status: 'sending' })
      await post(one)
      if (chat.pending.find((pending) => pending.key === one.key)?.status === 'waiting') return
    }
  }
  watch(line, (state) => { if (state === 'live') void sendWaiting() }, { immediate: true })

  return { send, again, drop: chat.unpend }
}
