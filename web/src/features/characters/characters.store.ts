import { useQueryClient } from '@tanstack/vue-query'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { ImportResult } from '@/api/shapes'
import { asProblem } from '@/lib/api'
import { importFiles } from './characters.api'
import { handfuls } from './characters.logic'

const filesPerRequest = 20

/** The import that is under way or has just ended: cards may be dropped on any page. */
export const useImport = defineStore('import', () => {
  const queries = useQueryClient()
  const total = ref(0)
  const results = ref<ImportResult[]>([])
  const busy = ref(false)
  const reportOpen = ref(false)
  const done = computed(() => results.value.length)

  async function take(files: readonly File[]): Promise<ImportResult[]> {
    if (busy.value || !files.length) return []
    total.value = files.length
    results.value = []
    busy.value = true
    try {
      for (const some of handfuls(files, filesPerRequest)) results.value.push(...(await sent(some)))
    } finally {
      busy.value = false
      await refresh()
    }
    return results.value
  }

  const refresh = (): Promise<unknown> =>
    Promise.all([queries.invalidateQueries({ queryKey: ['characters'] }), queries.invalidateQueries({ queryKey: ['character-tags'] })])

  return { total, results, busy, reportOpen, done, take }
})

/** A request that failed as a whole is a refusal of each of its files; the other handfuls go on. */
async function sent(files: readonly File[]): Promise<ImportResult[]> {
  try {
    return await importFiles(files)
  } catch (error) {
    const problem = asProblem(error)
    return files.map(({ name }) => ({ filename: name, status: 'refused', character_id: null, name: null, code: problem.code, message: problem.message, warnings: [] }))
  }
}
