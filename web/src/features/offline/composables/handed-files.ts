import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { useConfirm } from '@/lib/confirm'
import { useImportCards } from '@/features/characters/composables/import-cards'
import { pickUp } from '@/lib/offline/shared'
import { useToasts } from '@/lib/toasts'

interface LaunchQueue {
  setConsumer: (take: (given: { files?: readonly { getFile: () => Promise<File> }[] }) => void) => void
}

/** What the question names; more would hide its buttons. */
const NAMES_MAX = 5
const NAME_CHARS_MAX = 80

/** Cards that come from outside the page: shared to the app, or opened with it. */
export function useHandedFiles(): void {
  const importCards = useImportCards()
  const route = useRoute()
  const router = useRouter()
  const toasts = useToasts()
  const confirm = useConfirm()
  const { t } = useI18n()

  // The worker laid the files down and sent the browser here: `?shared=<how many>`. Any web page can make a browser do
  // that, and looks to the worker like the system's share sheet: so the person is asked.
  watch(() => route.query.shared, async (shared) => {
    if (shared === undefined) return
    await router.replace({ query: { ...route.query, shared: undefined } })
    const files = await pickUp()
    if (files.length) await ask(files)
    else toasts.show(t('offline.shared_none'), { tone: 'bad' })
  }, { immediate: true })

  async function ask(files: readonly File[]): Promise<void> {
    const names = files.slice(0, NAMES_MAX).map((file) => file.name.slice(0, NAME_CHARS_MAX)).join(', ')
    const text = `${names}${files.length > NAMES_MAX ? ' …' : ''}`
    const title = t('offline.shared_title', { n: files.length }, files.length)
    if (await confirm.ask({ title, text, action: t('characters.import') })) await importCards(files)
  }

  const queue = (window as { launchQueue?: LaunchQueue }).launchQueue
  queue?.setConsumer(({ files = [] }) => {
    if (files.length) void Promise.all(files.map((handle) => handle.getFile())).then(importCards)
  })
}
