import { Copy, CopyPlus, Eye, EyeOff, GitBranch, Pencil, RotateCcw, ScanSearch, StepForward, Trash2 } from '@lucide/vue'
import { computed, toValue, type Component, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import type { MenuItem } from '@/ui/menu'
import { useChat } from '../chat.store'
import type { Message } from '../chat.types'
import { canContinue } from '../rows.logic'
import { useScreen } from './screen'

export interface Deed extends MenuItem {
  icon: Component
  /** Stands in the toolbar itself, not behind "more". */
  direct?: boolean
  /** Stands there on phones too. */
  first?: boolean
  /** Whether it applies to this message. */
  fits: boolean
}

/** All that can be done with a message, in one list for toolbar, menu and sheet. */
export function useMessageDeeds(message: MaybeRefOrGetter<Message>, last: MaybeRefOrGetter<boolean>): ComputedRef<Deed[]> {
  const { t } = useI18n()
  const chat = useChat()
  const screen = useScreen()
  const { actions } = screen

  return computed(() => {
    const one = toValue(message)
    const isLast = toValue(last)
    const written = one.role === 'character'
    const all: Deed[] = [
      { label: t('chat.write_again'), icon: RotateCcw, direct: true, first: true, fits: (written && one.parent_id !== null) || (isLast && !written), run: () => actions.regenerate(one) },
      { label: t('chat.continue'), icon: StepForward, direct: isLast, fits: isLast && written && canContinue(one), run: () => actions.goOn(one) },
      { label: t('common.edit'), icon: Pencil, direct: true, first: true, fits: true, run: () => (chat.editing = one.id) },
      { label: t('chat.branch'), icon: GitBranch, direct: true, fits: true, run: () => actions.branch(one, false) },
      { label: t('common.copy'), icon: Copy, direct: true, fits: true, run: () => actions.copy(one) },
      { label: t('chat.why'), icon: ScanSearch, fits: Boolean(one.task_id) && (written || one.role === 'user'), run: () => screen.explain(one.id) },
      { label: t('chat.branch_copy'), icon: CopyPlus, fits: true, run: () => actions.branch(one, true) },
      { label: t(one.hidden ? 'chat.show' : 'chat.hide'), icon: one.hidden ? Eye : EyeOff, fits: true, run: () => actions.hide(one) },
      { label: t('common.delete'), icon: Trash2, fits: true, apart: true, tone: 'bad', run: () => actions.remove(one) },
      { label: t('chat.delete_following'), icon: Trash2, fits: !isLast, tone: 'bad', run: () => actions.remove(one, true) },
    ]
    return all.filter((deed) => deed.fits)
  })
}
