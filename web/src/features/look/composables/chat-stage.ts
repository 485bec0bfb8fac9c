import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef, type Ref } from 'vue'
import { useCharacter } from '@/features/characters/composables/character'
import { effectiveKey, readEffective } from '@/features/config/config.api'
import { useLook } from '@/lib/look'
import type { ChatStyle } from '@/lib/themes'
import { backdropOf, styleOf } from '../told.logic'

export { NO_BACKDROP } from '../told.logic'

interface Told {
  id: string
  character_id: string | null
}
export interface ChatStage {
  style: ComputedRef<ChatStyle>
  backdrop: ComputedRef<string | null>
  /** For the element around the conversation; chat-styles.css reads them. */
  attrs: ComputedRef<Record<string, unknown>>
}

/** How one conversation is set: its own style or the reader's, and the character's picture behind it. */
export function useChatStage(shown: Readonly<Ref<Told | undefined>>): ChatStage {
  const look = useLook()
  const character = useCharacter(() => shown.value?.character_id ?? '')
  const scope = computed(() => ({ type: 'conversation' as const, id: shown.value?.id ?? '' }))
  const tuned = useQuery({
    queryKey: computed(() => effectiveKey(scope.value)), queryFn: () => readEffective(scope.value), enabled: computed(() => Boolean(shown.value)), staleTime: 60_000,
  })
  const style = computed(() => styleOf(tuned.data.value, look.chat))
  const backdrop = computed(() => backdropOf(tuned.data.value, character.data.value?.background_url ?? null))
  const attrs = computed(() => ({
    'data-chat': style.value,
    class: [style.value === 'novel' && shown.value && 'has-stage', backdrop.value && 'has-backdrop'],
  }))
  return { style, backdrop, attrs }
}
