import { computed, type Ref } from 'vue'
import { useChat } from '../chat.store'
import { isNewDay } from '../days.logic'
import { unseen as unseenOf } from '../pending.logic'

/** What stands in the log, row by row: the messages that are loaded, then what was sent and has not arrived. */
export function useLogRows() {
  const chat = useChat()
  const shown = computed(() => chat.rows.shown)
  const pending = computed(() => (chat.state.hasNewer ? [] : unseenOf(chat.pending, chat.state)))
  const keys = computed(() => [...shown.value.map((message) => message.id), ...pending.value.map((one) => one.key)])
  return {
    shown, pending, keys,
    /** What was said last and whether it is whole: another one is news to who reads farther up. */
    latest: () => (pending.value.length ? keys.value.at(-1) : `${keys.value.at(-1)} ${shown.value.at(-1)?.status}`),
    messageAt: (index: number) => shown.value[index],
    pendingAt: (index: number) => pending.value[index - shown.value.length],
    dayAt: (index: number): string | null => {
      const message = shown.value[index]
      return message && isNewDay(message.created_at, shown.value[index - 1]?.created_at) ? message.created_at : null
    },
    isLast: (index: number) => index === shown.value.length - 1 && !pending.value.length && !chat.state.hasNewer,
  }
}

/** The classes of a row at the ends of the story. */
export const useRowEnds = (keys: Ref<readonly string[]>) => {
  const chat = useChat()
  return (index: number) => [index === 0 && !chat.state.hasOlder && 'pt-6', index === keys.value.length - 1 && !chat.state.hasNewer && 'pb-6']
}
