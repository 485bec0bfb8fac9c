import { useDocumentVisibility } from '@vueuse/core'
import { computed, onScopeDispose, watch, type ComputedRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useToasts } from '@/lib/toasts'
import { useAuto } from '../auto.store'
import { useChat } from '../chat.store'
import type { ConversationGroup } from '../chat.types'
import type { Actions } from './actions'

interface Around {
  conversationId: Ref<string>
  group: ComputedRef<ConversationGroup | null>
  actions: Actions
  /** How long one waits before the next one speaks; undefined: not known yet. */
  seconds: Ref<number | undefined>
}

/** Lets the members of a group speak one after the other, with a pause between them, while somebody looks on and
 * nobody writes. A reply that failed or was stopped ends it. */
export function useAutoMode({ conversationId, group, actions, seconds }: Around): void {
  const auto = useAuto()
  const chat = useChat()
  const toasts = useToasts()
  const { t } = useI18n()
  const visibility = useDocumentVisibility()
  let timer: ReturnType<typeof setTimeout> | undefined

  const on = computed(() => group.value !== null && auto.has(conversationId.value))
  const quiet = computed(() => chat.rows.running === null && !chat.rows.waiting.length && !chat.pending.length && !auto.writing && visibility.value === 'visible')
  const ended = computed(() => ['failed', 'interrupted'].includes(chat.last?.status ?? ''))

  function end(): void {
    auto.turn(conversationId.value, false)
    toasts.show(t('groups.auto_stopped'))
  }
  async function next(): Promise<void> {
    const here = conversationId.value
    if (!(await actions.speak()) && conversationId.value === here && auto.has(here)) end()
  }
  watch([on, quiet, ended, seconds, () => chat.last?.id, conversationId], ([goesOn, isQuiet, hasEnded, pause]) => {
    clearTimeout(timer)
    if (!goesOn) return
    if (hasEnded) return end()
    if (isQuiet && pause && chat.last) timer = setTimeout(() => void next(), pause * 1000)
  }, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))
}
