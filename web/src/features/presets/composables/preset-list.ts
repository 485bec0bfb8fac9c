import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useDeleteUsed } from '@/features/history/composables/delete-used'
import { useDeed } from '@/lib/deed'
import { useProblemText } from '@/lib/problem-text'
import { queryChoice, queryText } from '@/lib/query'
import { useToasts } from '@/lib/toasts'
import { freshData } from '../fresh.logic'
import { createPreset, deletePreset, importPresets, inUse, listPresets, listStarters, presetAt, readPreset, restorePreset, type Starter, use } from '../presets.api'
import { kinds, type PresetItem } from '../presets.types'

/** The presets of one kind, page by page, and all that can be done with them from the list. */
export function usePresetList() {
  const { t } = useI18n()
  const router = useRouter()
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  const kind = queryChoice('kind', kinds)
  const shelf = queryChoice('show', ['all', 'trash'] as const)
  const typed = queryText('q')
  const q = refDebounced(typed, 200)
  const pages = useInfiniteQuery({
    queryKey: ['presets', kind, shelf, q],
    queryFn: ({ pageParam }) => listPresets({ kind: kind.value, q: q.value.trim() || undefined, trash: shelf.value === 'trash' || undefined, cursor: pageParam }),
    initialPageParam: undefined as string | undefined, getNextPageParam: (last) => last.next_cursor ?? undefined, placeholderData: keepPreviousData,
  })
  const items = computed<PresetItem[]>(() => pages.data.value?.pages.flatMap((page) => page.items) ?? [])
  const used = useQuery({ queryKey: ['config', 'presets-in-use'], queryFn: inUse })

  function freeName(name: string): string {
    const taken = new Set(items.value.map((one) => one.name.toLowerCase()))
    if (!taken.has(name.toLowerCase())) return name
    let count = 2
    while (taken.has(`${name} ${count}`.toLowerCase())) count += 1
    return `${name} ${count}`
  }
  const failed = (error: unknown): unknown => toasts.show(problem.line(error), { tone: 'bad' })
  const opened = (preset: PresetItem): unknown => { void queries.invalidateQueries({ queryKey: ['presets'] }); return router.push({ name: 'preset', params: { id: preset.id } }) }
  const adding = useMutation({
    mutationFn: () => { const name = freeName(t('presets.new_name')); return createPreset(kind.value, name, freshData(kind.value, name)) },
    onSuccess: opened, onError: failed,
  })
  const starters = useQuery({ queryKey: ['preset-starters'], queryFn: listStarters, staleTime: Infinity })
  const starting = useMutation({
    mutationFn: ({ kind, name, data }: Starter) => createPreset(kind, freeName(name), data),
    onSuccess: opened, onError: failed,
  })
  const copying = useMutation({
    mutationFn: async (preset: PresetItem) => createPreset(preset.kind, freeName(t('presets.copy_of', { name: preset.name })), (await readPreset(preset.id)).data),
    onSuccess: opened, onError: failed,
  })
  const using = useDeed(({ preset, on }: { preset: PresetItem; on: boolean }) => use(preset, on), { touches: 'config', done: ({ preset, on }) => t(on ? 'presets.used' : 'presets.unused', { name: preset.name }) })
  const restoring = useDeed((preset: PresetItem) => restorePreset(preset.id), { touches: 'presets', done: ({ name }) => t('presets.restored', { name }) })
  const mayDelete = useDeleteUsed()
  const removing = useDeed(async (preset: PresetItem) => {
    if (!(await mayDelete(presetAt(preset.id), preset.name))) return
    await deletePreset(preset.id)
    toasts.show(t('presets.trashed', { name: preset.name }), { action: { label: t('common.undo'), run: () => restoring.mutate(preset) } })
  }, { touches: 'presets' })
  const importing = useMutation({
    mutationFn: (files: File[]) => importPresets(files),
    onSuccess: (results) => {
      const made = results.filter(({ status }) => status === 'imported')
      if (made.length) toasts.show(t('presets.imported', { n: made.length }, made.length), { tone: 'ok' })
      for (const one of results.filter(({ status }) => status === 'refused').slice(0, 2)) toasts.show(t('presets.refused', { file: one.filename, why: one.message ?? '' }), { tone: 'bad' })
      const first = made.find((one) => one.kind)?.kind
      if (first && !made.some((one) => one.kind === kind.value)) kind.value = first
    },
    onError: failed, onSettled: () => queries.invalidateQueries({ queryKey: ['presets'] }),
  })
  return { kind, shelf, typed, q, pages, items, used, adding, starters, starting, copying, using, restoring, removing, importing }
}
