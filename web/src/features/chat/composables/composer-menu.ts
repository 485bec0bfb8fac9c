import { Keyboard, MessageCircleMore, MessageSquareOff, PenLine, Settings2, Slash, Sparkles, StepForward } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useCommands, type Command } from '@/lib/commands'
import type { MenuItem } from '@/ui/menu'
import { useChat } from '../chat.store'
import { canContinue } from '../rows.logic'
import { useScreen } from './screen'
import type { Speaking } from './speaking'

interface Item extends MenuItem {
  id: string
}
interface Doors {
  help: () => void
  settings: () => void
}

/** More ways to write, behind the composer's first button. What they write is nudged by the instruction in the field. */
export function useComposerMenu(speaking: Speaking, doors: Doors): ComputedRef<MenuItem[]> {
  const { t } = useI18n()
  const chat = useChat()
  const { actions, group, openShortcuts } = useScreen()

  /** The one-off instruction goes with what is asked now, and is gone. */
  function nudged(): string | undefined {
    const nudge = speaking.nudge.value?.trim() || undefined
    speaking.nudge.value = null
    return nudge
  }

  const items = computed<Item[]>(() => {
    const { last } = chat
    const { running } = chat.rows
    return [
      { id: 'continue', label: t('chat.continue_last'), icon: StepForward, disabled: !last || !canContinue(last), run: () => last && actions.goOn(last, nudged()) },
      { id: 'impersonate', label: t('chat.impersonate'), icon: PenLine, disabled: running !== null, run: () => actions.impersonate(nudged()) },
      ...(group.value ? [{ id: 'speak', label: t('groups.speak_next'), icon: MessageCircleMore, disabled: running !== null, run: () => actions.speak(speaking.member.value?.id, nudged()) }] : []),
      { id: 'nudge', label: t('composer.nudge_next'), icon: Sparkles, run: () => (speaking.nudge.value ??= '') },
      {
        id: 'reply', label: t(speaking.reply.value ? 'composer.without_reply' : 'composer.ask_reply'), icon: MessageSquareOff,
        run: () => (speaking.answered.value = !speaking.reply.value),
      },
      { id: 'settings', label: t('composer.settings'), icon: Settings2, apart: true, run: doors.settings },
      { id: 'commands', label: t('composer.commands'), icon: Slash, run: doors.help },
      { id: 'keys', label: t('chat.shortcuts'), icon: Keyboard, run: openShortcuts },
    ]
  })
  // The palette offers the same.
  useCommands(computed(() => items.value.filter((item) => !item.disabled).map(({ id, label, icon, run }): Command => ({ id: `write:${id}`, group: 'action', label, icon, run }))))
  return items
}
