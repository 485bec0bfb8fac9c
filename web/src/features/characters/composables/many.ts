import { useQueryClient } from '@tanstack/vue-query'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { changeMany, exportMany, getBulk, renameTags, undoBulk, type Bulk, type BulkAction, type Chosen } from '../gallery.api'

const touched = ['characters', 'character', 'character-tags', 'collections', 'alike']
const lookMs = 400
const restMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What is done to many at once: each tells what it changed and offers the way back; a long one shows how far it is. */
export function useMany() {
  const { t, n } = useI18n()
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  const running = ref<Bulk>()
  const busy = ref(false)

  const refresh = (): Promise<unknown> => Promise.all(touched.map((key) => queries.invalidateQueries({ queryKey: [key] })))

  async function ended(bulk: Bulk): Promise<Bulk> {
    while (bulk.state === 'running') {
      running.value = bulk
      await restMs(lookMs)
      bulk = await getBulk(bulk.id)
    }
    return bulk
  }

  async function run(deed: () => Promise<Bulk>, said: (bulk: Bulk) => string): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    try {
      const bulk = await ended(await deed())
      const back = bulk.changed > 0 ? { action: { label: t('common.undo'), run: () => undo(bulk.id) } } : {}
      toasts.show(bulk.changed > 0 ? said(bulk) : t('characters.many.nothing'), back)
      return true
    } catch (error) {
      toasts.show(problem.line(error), { tone: 'bad' })
      return false
    } finally {
      busy.value = false
      running.value = undefined
      await refresh()
    }
  }

  const undo = (id: string): Promise<boolean> => run(() => undoBulk(id), () => t('characters.many.undone'))

  const change = (chosen: Chosen, action: BulkAction, value?: string | string[]): Promise<boolean> =>
    run(() => changeMany(chosen, action, value), ({ changed }) => t(`characters.many.did.${action}`, { n: n(changed) }, changed))

  const rename = (tags: string[], to: string): Promise<boolean> =>
    run(() => renameTags(tags, to), ({ changed }) => t('characters.many.did.rename_tags', { n: n(changed) }, changed))

  async function pack(chosen: Chosen, format: 'png' | 'json'): Promise<void> {
    busy.value = true
    try {
      const url = URL.createObjectURL(await exportMany(chosen, format))
      Object.assign(document.createElement('a'), { href: url, download: 'characters.zip' }).click()
      setTimeout(() => URL.revokeObjectURL(url), 60_000)
    } catch (error) {
      toasts.show(problem.line(error), { tone: 'bad' })
    } finally {
      busy.value = false
    }
  }

  return { running, busy, change, rename, undo, pack }
}
