import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { copyText } from '@/lib/clipboard'
import { useToasts } from '@/lib/toasts'
import { download } from '@/lib/download'
import { useChat } from '../chat.store'
import { branchSelection, changeMany, exportAddress } from '../log.api'
import type { BulkAction, ExportFormat } from '../log.types'
import { inOrder } from '../selection.logic'
import { useSelection } from '../selection.store'
import { useScreen } from './screen'

const BACK: Record<BulkAction, BulkAction> = { delete: 'restore', restore: 'delete', hide: 'show', show: 'hide' }

/** What is done with all chosen messages at once. Each is one change, taken back as one. */
export function useChosenDeeds() {
  const { t, n } = useI18n()
  const chat = useChat()
  const selection = useSelection()
  const toasts = useToasts()
  const router = useRouter()
  const { actions } = useScreen()
  const ids = (): string[] => inOrder(selection.chosen, chat.path)
  const here = (): string => chat.state.conversationId

  async function change(action: BulkAction): Promise<void> {
    const [where, chosen] = [here(), ids()]
    const done = await actions.trying(() => changeMany(where, action, chosen))
    if (!done) return
    selection.end()
    const back = { label: t('common.undo'), run: () => actions.trying(() => changeMany(where, BACK[action], chosen)) }
    toasts.show(t(`chat.changed_many.${action}`, { n: n(done.changed) }, done.changed), { action: back })
  }

  async function copy(): Promise<void> {
    const text = ids().flatMap((id) => chat.messages[id] ?? []).map((one) => `${one.name}:\n${one.text}`).join('\n\n')
    toasts.show((await copyText(text)) ? t('common.copied') : t('common.copy_failed'))
  }

  async function toBranch(): Promise<void> {
    const chosen = ids()
    const made = await actions.trying(() => branchSelection(here(), chosen))
    if (!made) return
    selection.end()
    toasts.show(t('chat.moved_to_branch', { n: n(chosen.length) }, chosen.length), { tone: 'ok' })
    await router.push({ name: 'chat', params: { conversationId: made.conversation_id } })
  }

  return { change, copy, toBranch, save: (format: ExportFormat) => download(exportAddress(here(), format, ids())) }
}
