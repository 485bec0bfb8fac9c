import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export const panels = ['prompt', 'events', 'character', 'branches'] as const
export type Panel = (typeof panels)[number]

/** The inspector lives in the address: `?panel=prompt&of=<message>`. Without `of` it follows the latest reply. */
export function usePanel() {
  const route = useRoute()
  const router = useRouter()
  const panel = computed<Panel | null>(() => panels.find((one) => one === route.query.panel) ?? null)
  const of = computed(() => (typeof route.query.of === 'string' ? route.query.of : null))

  function show(next: Panel | null, messageId?: string | null): void {
    const kept = messageId === undefined ? of.value : messageId
    void router.replace({ query: { ...route.query, panel: next ?? undefined, of: (next && kept) || undefined } })
  }

  return { panel, of, show }
}
