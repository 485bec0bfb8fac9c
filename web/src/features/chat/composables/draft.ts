import { useDebounceFn, useEventListener } from '@vueuse/core'
import { computed, onBeforeUnmount, watch, type Ref } from 'vue'
import { useReachable } from '@/lib/reachable'
import { useChat } from '../chat.store'
import { useDrafts } from '../drafts.store'

const PAUSE_MS = 800
const WAIT_MS_MAX = 3000
/** Another device empties its draft right after it has sent; its message arrives first. */
const AFTER_OTHERS_MS = 400

/** The unsent text of the conversation in view, the same on every device. */
export function useDraft(id: Ref<string>) {
  const drafts = useDrafts()
  const chat = useChat()
  const soon = useDebounceFn((which: string) => drafts.sync(which), PAUSE_MS, { maxWait: WAIT_MS_MAX })
  const afterOthers = useDebounceFn((which: string) => drafts.sync(which), AFTER_OTHERS_MS)
  const flush = (which: string) => { if (drafts.unsaved(which)) void drafts.sync(which) }

  const text = computed({
    get: () => drafts.of(id.value).text,
    set: (value) => {
      drafts.write(id.value, value)
      void soon(id.value)
    },
  })

  watch(id, (now, before) => {
    if (before) flush(before)
    void drafts.sync(now)
  }, { immediate: true })
  watch(() => chat.rows.shown.findLast((message) => message.role === 'user')?.id, (now) => { if (now && text.value) void afterOthers(id.value) })
  const reachable = useReachable()
  watch(reachable, (again) => { if (again) flush(id.value) })
  useEventListener(window, 'focus', () => void drafts.sync(id.value))
  useEventListener(document, 'visibilitychange', () => (document.visibilityState === 'visible' ? void drafts.sync(id.value) : flush(id.value)))
  onBeforeUnmount(() => flush(id.value))

  return {
    text,
    other: computed(() => drafts.of(id.value).other),
    /** After sending: nothing is left to say, on no device. */
    clear: () => {
      drafts.write(id.value, '')
      void drafts.sync(id.value)
    },
    look: () => drafts.sync(id.value),
    takeOther: () => { drafts.exchange(id.value); void soon(id.value) },
    addOther: () => { drafts.join(id.value); void soon(id.value) },
    dropOther: () => drafts.decide(id.value),
  }
}
