import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { useImportCards } from '@/features/characters/composables/import-cards'
import { pickUp } from '@/lib/offline/shared'
import { useToasts } from '@/lib/toasts'

interface LaunchQueue {
  setConsumer: (take: (given: { files?: readonly { getFile: () => Promise<File> }[] }) => void) => void
}

/** Cards that come from outside the page: shared to the app, or opened with it. */
export function useHandedFiles(): void {
  const importCards = useImportCards()
  const route = useRoute()
  const router = useRouter()
  const toasts = useToasts()
  const { t } = useI18n()

  // The worker laid the files down and sent the browser here: `?shared=<how many>`.
  watch(() => route.query.shared, async (shared) => {
    if (shared === undefined) return
    await router.replace({ query: { ...route.query, shared: undefined } })
    const files = await pickUp()
    if (files.length) await importCards(files)
    else toasts.show(t('offline.shared_none'), { tone: 'bad' })
  }, { immediate: true })

  const queue = (window as { launchQueue?: LaunchQueue }).launchQueue
  queue?.setConsumer(({ files = [] }) => {
    if (files.length) void Promise.all(files.map((handle) => handle.getFile())).then(importCards)
  })
}
