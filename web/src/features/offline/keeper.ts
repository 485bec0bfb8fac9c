import { defineComponent, watchEffect } from 'vue'
import { useKeptList } from '@/features/chat/composables/kept-chat'
import { useOutboxKeeper } from '@/features/chat/composables/sending'
import { useOutbox } from '@/features/chat/outbox.store'
import { waitingCount } from '@/lib/offline/waiting'
import { useHandedFiles } from './composables/handed-files'

/** What goes on behind every page: what waits is sent, what other apps hand over is imported. It shows nothing. */
export default defineComponent(() => {
  const outbox = useOutbox()
  useOutboxKeeper()
  useHandedFiles()
  useKeptList()
  watchEffect(() => (waitingCount.value = outbox.unsent))
  return () => null
})
