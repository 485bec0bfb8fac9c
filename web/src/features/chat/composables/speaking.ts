import { computed, ref, watch, type Ref } from 'vue'
import type { SpeakAs } from '../slash/slash.types'
import type { How } from './sending'

/** How the next line is sent: who says it, whether it is answered, and with which one-off instruction. */
export function useSpeaking(conversationId: Ref<string>) {
  const as = ref<SpeakAs | null>(null)
  /** null: as is usual for whoever speaks. */
  const answered = ref<boolean | null>(null)
  /** null: no field for it is shown. */
  const nudge = ref<string | null>(null)
  /** The member of a group who shall answer next; null: by its rules. */
  const member = ref<{ id: string; name: string } | null>(null)

  // What I say is answered; what I say in another's place only stands there.
  const reply = computed(() => answered.value ?? as.value === null)

  function reset(): void {
    as.value = null
    answered.value = null
    nudge.value = null
    member.value = null
  }
  watch(conversationId, reset)

  /** As an order carries it; plain things are left out. */
  const how = computed<How>(() => ({
    ...(as.value && { as: as.value }),
    ...(!reply.value && { reply: false as const }),
    ...(reply.value && nudge.value?.trim() && { nudge: nudge.value.trim() }),
    ...(reply.value && member.value && { member: member.value.id }),
  }))

  /** What was said of one reply goes with that one. */
  function sent(): void {
    nudge.value = null
    member.value = null
  }
  return { as, answered, reply, nudge, member, how, reset, sent }
}

export type Speaking = ReturnType<typeof useSpeaking>
