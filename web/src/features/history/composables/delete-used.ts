import { useI18n } from 'vue-i18n'
import { useConfirm } from '@/lib/confirm'
import { readUses } from '../history.api'
import type { Use } from '../history.types'

const NAMED_MAX = 4

/** Before something that is used is put into the trash, say where it is used. What is used nowhere goes without asking. */
export function useDeleteUsed() {
  const { t } = useI18n()
  const confirm = useConfirm()
  const nameOf = (use: Use): string => use.name || t(`history.place.${use.type}`)

  return async function mayDelete(at: string, name: string): Promise<boolean> {
    const { count, places } = await readUses(at)
    if (!count) return true
    const named = places.slice(0, NAMED_MAX).map(nameOf)
    const rest = count - named.length
    const where = new Intl.ListFormat(undefined, { type: 'conjunction' }).format(rest ? [...named, t('history.others', { n: rest }, rest)] : named)
    return confirm.ask({ title: t('history.delete_used', { name }), text: t('history.delete_used_where', { where }), action: t('common.delete'), tone: 'bad' })
  }
}
