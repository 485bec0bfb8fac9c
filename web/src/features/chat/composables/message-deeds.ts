import { Bookmark, BookmarkX, Columns2, Copy, CopyPlus, Eye, EyeOff, GitBranch, Link, ListChecks, Pencil, RotateCcw, ScanSearch, StepForward, TextSelect, Trash2, Volume2 } from '@lucide/vue'
import { computed, toValue, type Component, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { useSpeech } from '@/features/speech/speech.store'
import type { MenuItem } from '@/ui/menu'
import { useChat } from '../chat.store'
import { useSelection } from '../selection.store'
import type { Message } from '../chat.types'
import { canContinue } from '../rows.logic'
import { useScreen } from './screen'

/** The sheet leaves, and gives the focus back, before anything can be selected. */
const SHEET_MS = 350

/** A held finger opens the menu, so a phone selects by it: all of a message, whose ends can then be moved. */
function selectText(id: string): void {
  setTimeout(() => {
    const text = document.querySelector(`[aria-labelledby="name-${id}"] .prose-rp`)
    if (text) getSelection()?.selectAllChildren(text)
  }, SHEET_MS)
}

/** One letter for a deed, the same in every list of keys. */
export type DeedKey = 'r' | 'g' | 'e' | 'n' | 'c' | 'b' | 'v' | 'w' | 'h' | 'x' | 'Delete'

export interface Deed extends MenuItem {
  icon: Component
  /** Stands in the toolbar itself, not behind "more". */
  direct?: boolean
  /** Stands there on phones too. */
  first?: boolean
  /** The key that does it while the message has the focus. */
  key?: DeedKey
  /** Whether it applies to this message. */
  fits: boolean
}

/** Stands where no message is meant. */
export const nobody: Message = {
  id: '', parent_id: null, role: 'system', name: '', text: '', variant: { id: '', index: 0, count: 1 }, status: 'complete', hidden: false, created_at: '', version: 0,
}

/** All that can be done with a message, in one list for toolbar, menu and sheet. */
export function useMessageDeeds(message: MaybeRefOrGetter<Message>, last: MaybeRefOrGetter<boolean>): ComputedRef<Deed[]> {
  const { t } = useI18n()
  const chat = useChat()
  const selection = useSelection()
  const screen = useScreen()
  const speech = useSpeech()
  const { actions } = screen

  return computed(() => {
    const one = toValue(message)
    const isLast = toValue(last)
    const written = one.role === 'character'
    const several = one.variant.count > 1
    const all: Deed[] = [
      { label: t('chat.write_again'), icon: RotateCcw, key: 'r', direct: true, first: true, fits: (written && one.parent_id !== null) || (isLast && !written), run: () => actions.regenerate(one) },
      { label: t('chat.continue'), icon: StepForward, key: 'g', direct: isLast, fits: isLast && written && canContinue(one), run: () => actions.goOn(one) },
      { label: t('common.edit'), icon: Pencil, key: 'e', direct: true, first: true, fits: true, run: () => (chat.editing = one.id) },
      { label: t('chat.branch'), icon: GitBranch, key: 'n', direct: true, fits: true, run: () => actions.branch(one, false) },
      { label: t('common.copy'), icon: Copy, key: 'c', direct: true, fits: true, run: () => actions.copy(one) },
      { label: t('chat.select_text'), icon: TextSelect, fits: screen.narrow.value && one.text !== '', run: () => selectText(one.id) },
      { label: t(one.bookmark ? 'chat.bookmark_drop' : 'chat.bookmark_set'), icon: one.bookmark ? BookmarkX : Bookmark, key: 'b', fits: true, run: () => actions.bookmark(one) },
      { label: t('chat.compare'), icon: Columns2, key: 'v', fits: several, run: () => screen.open('compare', one.id) },
      { label: t(speech.reading === one.id ? 'speech.stop' : 'speech.read'), icon: Volume2, fits: speech.available && !one.hidden && one.text !== '', run: () => (speech.reading === one.id ? speech.stop() : speech.read(one)) },
      { label: t('chat.why'), icon: ScanSearch, key: 'w', fits: Boolean(one.task_id) && (written || one.role === 'user'), run: () => screen.explain(one.id) },
      { label: t('chat.select'), icon: ListChecks, key: 'x', fits: true, apart: true, run: () => selection.begin(one.id) },
      { label: t('chat.link'), icon: Link, fits: true, run: () => actions.link(one) },
      { label: t('chat.branch_copy'), icon: CopyPlus, fits: true, run: () => actions.branch(one, true) },
      { label: t(one.hidden ? 'chat.show' : 'chat.hide'), icon: one.hidden ? Eye : EyeOff, key: 'h', fits: true, run: () => actions.hide(one) },
      { label: t('common.delete'), icon: Trash2, key: 'Delete', fits: true, apart: true, tone: 'bad', run: () => actions.remove(one) },
      { label: t('chat.delete_following'), icon: Trash2, fits: !isLast, tone: 'bad', run: () => actions.remove(one, true) },
    ]
    return all.filter((deed) => deed.fits)
  })
}
