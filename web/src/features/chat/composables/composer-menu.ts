import { Keyboard, MessageSquareOff, PenLine, Settings2, Slash, Sparkles, StepForward } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { MenuItem } from '@/ui/menu'
import { useChat } from '../chat.store'
import { canContinue } from '../rows.logic'
import { useScreen } from './screen'
import type { Speaking } from './speaking'

interface Doors {
  help: () => void
  settings: () => void
}

/** More ways to write, behind the composer's first button. What they write is nudged by the instruction in the field. */
export function useComposerMenu(speaking: Speaking, doors: Doors): ComputedRef<MenuItem[]> {
  const { t } = useI18n()
  const chat = useChat()
  const { actions, openShortcuts } = useScreen()

  /** The one-off instruction goes with what is asked now, and is gone. */
  function nudged(): string | undefined {
    const nudge = speaking.nudge.value?.trim() || undefined
    speaking.nudge.value = null
    return nudge
  }

  return computed(() => {
    const { last } = chat
    const { running } = chat.rows
    return [
      { label: t('chat.continue_last'), icon: StepForward, disabled: !last || !canContinue(last), run: () => last && actions.goOn(last, nudged()) },
      { label: t('chat.impersonate'), icon: PenLine, disabled: running !== null, run: () => actions.impersonate(nudged()) },
      { label: t('composer.nudge_next'), icon: Sparkles, run: () => (speaking.nudge.value ??= '') },
      {
        label: t(speaking.reply.value ? 'composer.without_reply' : 'composer.ask_reply'), icon: MessageSquareOff,
        run: () => (speaking.answered.value = !speaking.reply.value),
      },
      { label: t('composer.settings'), icon: Settings2, apart: true, run: doors.settings },
      { label: t('composer.commands'), icon: Slash, run: doors.help },
      { label: t('chat.shortcuts'), icon: Keyboard, run: openShortcuts },
    ]
  })
}
