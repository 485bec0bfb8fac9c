import { computed, type ComputedRef, type Ref } from 'vue'
import { useCharacter } from '@/features/characters/composables/character'
import { useLook } from '@/lib/look'
import type { ChatStyle } from '@/lib/themes'

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

/** How one conversation is set: the reader's style, and the character's picture behind it. */
export function useChatStage(shown: Readonly<Ref<Told | undefined>>): ChatStage {
  const look = useLook()
  const character = useCharacter(() => shown.value?.character_id ?? '')
  const style = computed(() => look.chat)
  const backdrop = computed(() => (character.data.value as { background_url?: string | null } | undefined)?.background_url ?? null)
  const attrs = computed(() => ({
    'data-chat': style.value,
    class: [style.value === 'novel' && shown.value && 'has-stage', backdrop.value && 'has-backdrop'],
  }))
  return { style, backdrop, attrs }
}
