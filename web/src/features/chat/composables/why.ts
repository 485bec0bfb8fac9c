import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { getWhy } from '../chat.api'
import type { Message } from '../chat.types'
import { whyKey } from './keys'

/** The account of a reply; read again when the reply moves on. */
export function useWhy(message: Ref<Message | undefined>, wanted: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => whyKey(message.value?.id ?? '', message.value?.variant.id ?? '', message.value?.status ?? '')),
    queryFn: () => getWhy(message.value!.id, message.value!.variant.id),
    enabled: computed(() => wanted.value && Boolean(message.value)),
    staleTime: Infinity,
    placeholderData: (before) => (before?.message_id === message.value?.id ? before : undefined),
  })
}
