import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useToasts } from '@/lib/toasts'
import { isPlain, tallyOf } from '../characters.logic'
import { useImport } from '../characters.store'

/** Import files and say how it went: a toast when all went well, the report when there is something to read. */
export function useImportCards(): (files: readonly File[]) => Promise<void> {
  const { t } = useI18n()
  const router = useRouter()
  const toasts = useToasts()
  const cards = useImport()

  return async (files) => {
    const results = await cards.take(files)
    if (!results.length) return
    if (!isPlain(results)) return void (cards.reportOpen = true)
    const only = results.length === 1 ? results[0]!.character_id : null
    toasts.show(t('characters.imported', tallyOf(results).imported), {
      tone: 'ok',
      ...(only ? { action: { label: t('characters.open'), run: () => router.push({ name: 'character', params: { id: only } }) } } : {}),
    })
  }
}
