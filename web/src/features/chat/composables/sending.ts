import { watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useProblemText } from '@/lib/problem-text'
import { useReachable } from '@/lib/reachable'
import { useSession } from '@/lib/session'
import { useHold } from '@/lib/update'
import { useChat } from '../chat.store'
import { useOutbox } from '../outbox.store'
import { newKey, type Pending } from '../pending.logic'
import { connectionOf } from '../preferences'

/** What is said of a message besides its text. */
export type How = Pick<Pending, 'nudge' | 'as' | 'reply' | 'member'>

/** Sends messages, in the order they were written, through the outbox of this device. */
export function useSending(line: Ref<string>) {
  const chat = useChat()
  const outbox = useOutbox()
  const words = useOutboxWords()
  const hold = useHold()
  watch(() => chat.rows.running !== null, hold, { immediate: true })

  function send(content: string, how: How = {}): void {
    const connection = connectionOf(chat.state.conversationId) ?? undefined
    outbox.write(chat.state.conversationId, { ...how, key: newKey(), text: content, status: 'sending', after: chat.path.at(-1) ?? null, connection }, words)
  }

  watch(line, (state) => { if (state === 'live') void outbox.sendAll(words) }, { immediate: true })
  return { send, again: (key: string) => outbox.again(key, words), drop: outbox.drop }
}

/** Sends what waits, wherever on the page one is, as soon as the server answers. */
export function useOutboxKeeper(): void {
  const outbox = useOutbox()
  const session = useSession()
  const reachable = useReachable()
  const words = useOutboxWords()
  watch(() => session.user?.id, (known) => { if (known) void outbox.load() }, { immediate: true })
  watch(() => reachable.value && !session.asleep && session.standing === 'signed-in', (awake) => { if (awake) void outbox.sendAll(words) }, { immediate: true })
}

function useOutboxWords() {
  const text = useProblemText()
  const { t } = useI18n()
  return { line: text.line, unsure: () => t('offline.unsure'), full: () => t('offline.full') }
}
