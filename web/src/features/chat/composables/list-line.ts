import { useQueryClient } from '@tanstack/vue-query'
import { useDebounceFn } from '@vueuse/core'
import { watch, type Ref } from 'vue'
import { useStream } from '@/lib/sse'
import { conversationsKey } from './keys'

/** Keeps the list current while no conversation is open. An open one has the page's line, and tells the list itself:
 * browsers allow six lines to one host, and every tab should be content with one. */
export function useListLine(conversationId: Ref<string | undefined>): void {
  const queries = useQueryClient()
  const stream = useStream()
  const again = useDebounceFn(() => queries.invalidateQueries({ queryKey: conversationsKey }), 300, { maxWait: 2000 })
  const open = () => stream.open({ conversationId: null, onFrame: (frame) => { if (frame.type === 'event') void again() } })

  watch(conversationId, (id) => { if (id) stream.close(); else open() }, { immediate: true })
  stream.restWhenHidden(() => { if (!conversationId.value) open() })
}
