import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { importBooks } from '../worlds.api'

/** Files become books; what was refused is told by name. */
export function useImportBooks() {
  const { t } = useI18n()
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  return useMutation({
    mutationFn: (files: File[]) => importBooks(files),
    onSuccess: (results) => {
      const made = results.filter(({ status }) => status === 'imported').length
      const known = results.filter(({ status }) => status === 'duplicate').length
      if (made) toasts.show(t('worlds.imported', { n: made }, made), { tone: 'ok' })
      if (known) toasts.show(t('worlds.known', { n: known }, known))
      for (const one of results.filter(({ status }) => status === 'refused').slice(0, 2)) toasts.show(t('worlds.refused', { file: one.filename, why: one.message ?? '' }), { tone: 'bad' })
    },
    onError: (error) => toasts.show(problem.line(error), { tone: 'bad' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['lorebooks'] }),
  })
}
