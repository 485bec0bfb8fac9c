import { commit, readEffective } from '@/features/config/config.api'
import type { Scope } from '@/features/config/config.types'
import { call, formOf } from '@/lib/call'
import type { Book, BookChange, BookItem, BookPage, Entry, ImportedBook, Trial, Tried } from './worlds.types'

export const bookAt = (id: string): string => `/api/lorebooks/${id}`
const at = bookAt
export const bookKey = (id: string) => ['lorebook', id] as const

export const listBooks = (query: { q?: string; trash?: boolean; cursor?: string; limit?: number }): Promise<BookPage> => call('get', '/api/lorebooks', { query })
export const readBook = (id: string): Promise<Book> => call('get', at(id))
export const createBook = (name: string, entries: Record<string, Entry> = {}): Promise<Book> => call('post', '/api/lorebooks', { body: { name, entries } })
export const changeBook = (id: string, version: number, change: BookChange): Promise<Book> => call('patch', at(id), { body: { version, ...change } })
export const deleteBook = (id: string): Promise<null> => call('delete', at(id))
export const restoreBook = (id: string): Promise<Book> => call('post', `${at(id)}:restore`)
export const importBooks = async (files: readonly File[]): Promise<ImportedBook[]> =>
  (await call<{ results: ImportedBook[] }>('post', '/api/lorebooks/import', { body: formOf(files) })).results
export const exportUrl = (id: string, format: 'sillytavern' | 'character_book'): string => `${at(id)}/export?format=${format}`
export const tryBooks = (tried: Tried): Promise<Trial> => call('post', '/api/lorebooks:test', { body: tried })

const BOOKS = '/lore/books'
/** The books attached at this very scope; what other layers attach comes on top. */
export async function booksAt(scope: Scope): Promise<string[]> {
  const { layers } = await readEffective(scope)
  const own = layers.find((layer) => layer.scope.type === scope.type && (scope.id == null || layer.scope.id === scope.id))
  const ids = own?.values[BOOKS]
  return Array.isArray(ids) ? ids : []
}
/** Attach a book at a scope, or take it away there, and leave the other books as they are. */
export async function attach(scope: Scope, id: string, on: boolean): Promise<void> {
  const others = (await booksAt(scope)).filter((one) => one !== id)
  const value = on ? [...others, id] : others
  await commit(scope, [value.length ? { op: 'set', path: BOOKS, value } : { op: 'unset', path: BOOKS }])
}
export const attachToPersona = (id: string, version: number, lorebook_id: string | null): Promise<unknown> => call('patch', `/api/personas/${id}`, { body: { version, lorebook_id } })
export const sameName = (books: readonly BookItem[], name: string): boolean => books.some((one) => one.name.toLowerCase() === name.trim().toLowerCase())
