import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { openFiles } from '@/features/import/import.api'
import { isArchive } from '@/features/import/import.logic'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { isPlain, tallyOf } from '../characters.logic'
import { useImport } from '../characters.store'

/** Import files and say how it went: a toast when all went well, the report when there is something to read. */
export function useImportCards(): (files: readonly File[]) => Promise<void> {
  const { t } = useI18n()
  const router = useRouter()
  const toasts = useToasts()
  const cards = useImport()
  const problem = useProblemText()

  /** An archive may hold a whole folder: it is looked at on a page of its own before anything is written. */
  async function moveIn(archives: readonly File[]): Promise<void> {
    toasts.show(t('import.sending'))
    try {
      await router.push({ name: 'import', params: { id: await openFiles(archives) } })
    } catch (error) {
      toasts.show(problem.line(error), { tone: 'bad' })
    }
  }

  return async (files) => {
    if (files.some(isArchive)) return moveIn(files)
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
