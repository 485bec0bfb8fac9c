import { useQuery } from '@tanstack/vue-query'
import { computed, watch } from 'vue'
import { effectiveKey, readEffective } from '@/features/config/config.api'
import type { Scope } from '@/features/config/config.types'
import { useSpeech } from '../speech.store'

const textOf = (value: unknown): string | null => (typeof value === 'string' && value ? value : null)

/** Takes what a conversation, its character or the account wish for in reading aloud. */
export function useWishes(conversationId: () => string): void {
  const speech = useSpeech()
  const scope = computed<Scope>(() => ({ type: 'conversation', id: conversationId() }))
  const said = useQuery({ queryKey: computed(() => effectiveKey(scope.value)), queryFn: () => readEffective(scope.value), staleTime: 10_000 })
  watch(said.data, (now) => {
    const values = (now?.values ?? {}) as Record<string, unknown>
    const skip = values['/speech/skip']
    speech.wishes = {
      voice: textOf(values['/chat/voice']) ?? textOf(values['/speech/voice']),
      ...(typeof values['/speech/rate'] === 'number' && { rate: values['/speech/rate'] }),
      ...((skip === 'narration' || skip === 'quotes') && { skip }),
    }
  }, { immediate: true })
}
