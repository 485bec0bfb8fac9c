import { useDebounceFn } from '@vueuse/core'
import { computed, watch, type Ref } from 'vue'
import { useNews } from '@/lib/news'
import { useChat } from '../chat.store'
import type { Frame, Message } from '../chat.types'
import { useDisplay } from '../display.store'
import { RUNNING } from '../fold.state'

/** What comes together is asked for together. */
const GATHER_MS = 25
/** An owner who turns several scripts on does it at once. */
const SETTLE_MS = 250
/** What may bring other scripts, or other names into their replacements. */
const ABOUT = new Set(['config', 'presets', 'characters', 'personas'])

/** Keeps the looks of the open chat current; the result hears its frames. */
export function useLooks(line: Readonly<Ref<string>>): (frame: Frame) => void {
  const chat = useChat()
  const display = useDisplay()
  const fill = useDebounceFn(() => display.fill(), GATHER_MS)
  const again = useDebounceFn(() => display.again(), SETTLE_MS, { maxWait: 2_000 })

  watch([() => chat.state.path, () => chat.messages], () => { if (display.hasSay(chat.state.conversationId)) void fill() })
  useNews(({ about }) => { if (ABOUT.has(about)) void again() })
  // News are not told twice: after a break the scripts may be others.
  watch(line, (now, before) => {
    const { conversationId: id } = chat.state
    if (now === 'live' && id && (before === 'reconnecting' || before === 'offline' || !display.known(id))) void again()
  })

  return (frame) => {
    const id = frame.type === 'event' ? frame.payload?.message_id : undefined
    if (typeof id === 'string' && display.hasSay(chat.state.conversationId)) { display.doubt(id); void fill() }
  }
}

/** A message as it is shown. `waits`: it is not known yet how it looks, and soon will be. */
export function useLook(message: () => Message) {
  const chat = useChat()
  const display = useDisplay()
  const look = computed(() => (RUNNING.has(message().status) ? undefined : display.of(message())))
  return {
    text: computed(() => chat.state.drafts[message().variant.id]?.text ?? look.value?.text ?? message().text),
    reasoning: computed(() => look.value?.reasoning ?? message().reasoning),
    waits: computed(() => !look.value && !RUNNING.has(message().status) && display.hasSay(chat.state.conversationId)),
  }
}
