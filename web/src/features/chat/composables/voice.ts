import { useI18n } from 'vue-i18n'
import { useAnnouncer } from '@/lib/announcer'
import { useChat } from '../chat.store'
import type { Frame } from '../chat.types'

const SENTENCES: Record<string, string> = {
  'completion.started': 'chat.is_writing',
  'completion.done': 'chat.replied',
  'completion.interrupted': 'chat.was_stopped',
  'completion.failed': 'chat.did_not_reply',
}

/** Says to screen readers that somebody writes and has replied; the growing text itself is never read out. */
export function useVoice(): (frame: Frame) => void {
  const { t } = useI18n()
  const { announce } = useAnnouncer()
  const chat = useChat()
  return (frame) => {
    if (frame.type !== 'event') return
    const sentence = SENTENCES[frame.kind]
    const name = chat.messages[String(frame.payload.message_id)]?.name
    if (sentence && name) announce(t(sentence, { name }))
  }
}
