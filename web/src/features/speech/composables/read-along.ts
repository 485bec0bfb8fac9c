import { onScopeDispose, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useChat } from '@/features/chat/chat.store'
import type { Message } from '@/features/chat/chat.types'
import { useToasts } from '@/lib/toasts'
import { useSession } from '@/lib/session'
import { getSpeech } from '../speech.api'
import { useSpeech } from '../speech.store'

/** Reads replies as they are written, when that is wished for; quiet when the conversation is left. */
export function useReadAlong(): void {
  const chat = useChat()
  const speech = useSpeech()
  const toasts = useToasts()
  const { t } = useI18n()

  const told = (message: Message) => ({ id: message.id, text: chat.state.drafts[message.variant.id]?.text ?? message.text, character_id: message.character_id })
  const growing = (): Message | null => {
    const message = chat.rows.running
    return message && message.role === 'character' && message.status === 'streaming' ? message : null
  }
  watch(() => ({ message: growing(), text: growing() ? told(growing()!).text : '' }), ({ message }, before) => {
    if (!speech.settings.auto) return
    const ended = before?.message
    if (ended && ended.id !== message?.id) speech.follow({ ...told(chat.messages[ended.id] ?? ended), done: true })
    if (message) speech.follow({ ...told(message), done: false })
  })
  watch(() => speech.fellBack, (now) => { if (now) toasts.show(t('speech.fell_back')) })
  onScopeDispose(speech.stop)
}

/** Ask once whether the house has a server that speaks. */
export async function findSpeechServer(): Promise<void> {
  const speech = useSpeech()
  if (speech.server !== null || useSession().standing !== 'signed-in') return
  speech.server = (await getSpeech().catch(() => ({ ready: false }))).ready
}
