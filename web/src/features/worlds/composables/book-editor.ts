import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { useToasts } from '@/lib/toasts'
import { useVersioned } from '@/lib/versioned'
import { blankEntry, changeOf, contested, draftOf, isEmpty, moved, rebased, titleOf, type Draft } from '../entries.logic'
import { bookKey, changeBook, readBook } from '../worlds.api'
import type { Book, Entry } from '../worlds.types'

/** One book being written: its entries made, copied, moved, taken out and put back, and all of it saved as one change. */
export function useBookEditor(id: MaybeRefOrGetter<string>) {
  const { t } = useI18n()
  const queries = useQueryClient()
  const toasts = useToasts()
  const query = useQuery({ queryKey: computed(() => bookKey(toValue(id))), queryFn: () => readBook(toValue(id)) })
  const editor = useVersioned<Book, Draft>(query.data, {
    draftOf, contested, rebased,
    isDirty: (base, mine) => !isEmpty(changeOf(base, mine)),
    read: readBook,
    save: (base, mine) => changeBook(base.id, base.version, changeOf(draftOf(base), mine)),
    saved: (book) => {
      queries.setQueryData(bookKey(book.id), book)
      void queries.invalidateQueries({ queryKey: ['lorebooks'] })
    },
  })
  const entries = computed(() => editor.mine.value?.entries ?? {})
  const put = (key: string, entry: Entry): void => editor.change({ entries: { ...entries.value, [key]: entry } })

  function add(given: Partial<Entry> = {}): string {
    const entry = blankEntry(entries.value, given)
    const key = String(entry.uid)
    put(key, entry)
    return key
  }
  function copy(key: string): string {
    return add(structuredClone(entries.value[key]!)) // its number and place are given anew
  }
  function edit(key: string, change: Partial<Entry>): void {
    const entry = entries.value[key]
    if (entry) put(key, { ...entry, ...change })
  }
  function remove(key: string): void {
    const { [key]: gone, ...rest } = entries.value
    if (!gone) return
    editor.change({ entries: rest })
    toasts.show(t('worlds.entry_removed', { name: titleOf(gone) || t('worlds.untitled') }), { action: { label: t('common.undo'), run: () => put(key, gone) } })
  }
  const move = (key: string, by: number): void => editor.change({ entries: moved(entries.value, key, by) })

  return { ...editor, query, entries, add, copy, edit, remove, move }
}
export type BookEditor = ReturnType<typeof useBookEditor>
