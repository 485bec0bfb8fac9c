import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { changeHiddenTags, createShelf, deleteFilter, deleteShelf, getHiddenTags, listFilters, listShelves, renameShelf, restoreFilter, restoreShelf, saveFilter, type HiddenTags, type SavedFilter, type Shelf, type View } from '../gallery.api'

/** Collections, kept views and hidden tags, and what can be done to them. */
export function useShelves() {
  const { t } = useI18n()
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  const shelves = useQuery({ queryKey: ['collections'], queryFn: listShelves })
  const filters = useQuery({ queryKey: ['saved-filters'], queryFn: listFilters })
  const hidden = useQuery({ queryKey: ['hidden-tags'], queryFn: getHiddenTags })

  const onError = (error: unknown): unknown => toasts.show(problem.line(error), { tone: 'bad' })
  const again = (...keys: string[]): Promise<unknown> => Promise.all(keys.map((key) => queries.invalidateQueries({ queryKey: [key] })))
  const back = (run: () => Promise<unknown>, ...keys: string[]) => ({ action: { label: t('common.undo'), run: () => run().then(() => again(...keys), onError) } })

  const create = useMutation({ mutationFn: createShelf, onSuccess: () => again('collections'), onError })
  const rename = useMutation({ mutationFn: renameShelf, onSuccess: () => again('collections'), onError })
  const remove = useMutation({
    mutationFn: ({ id }: Shelf) => deleteShelf(id),
    onSuccess: (_none, { id, name }) => {
      toasts.show(t('characters.collections.deleted', { name }), back(() => restoreShelf(id), 'collections', 'characters'))
      return again('collections')
    },
    onError,
  })
  const keep = useMutation({
    mutationFn: ({ name, view }: { name: string; view: View }) => saveFilter(name, view),
    onSuccess: () => again('saved-filters'),
    onError,
  })
  const drop = useMutation({
    mutationFn: ({ id }: SavedFilter) => deleteFilter(id),
    onSuccess: (_none, { id, name }) => {
      toasts.show(t('characters.views.deleted', { name }), back(() => restoreFilter(id), 'saved-filters'))
      return again('saved-filters')
    },
    onError,
  })
  const hide = useMutation({
    mutationFn: (given: HiddenTags) => changeHiddenTags(given),
    onSuccess: (now: HiddenTags) => { queries.setQueryData(['hidden-tags'], now); return again('characters') },
    onError: (error) => { onError(error); return again('hidden-tags') },
  })
  return { shelves, filters, hidden, create, rename, remove, keep, drop, hide }
}
