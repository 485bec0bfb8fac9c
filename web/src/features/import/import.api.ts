import type { components } from '@/api/schema'
import { api, body } from '@/lib/api'

type Schemas = components['schemas']
export type ImportDetail = Schemas['ImportDetail']
export type ImportItem = Schemas['ImportItem']
export type ImportListed = Schemas['ImportListed']
export type ItemsPage = Schemas['ImportItems']
export type Undone = Schemas['ImportUndoneAnswer']
export type Kind = ImportItem['kind']
export type Asked = 'new' | 'duplicate' | 'changed' | 'refused' | 'kept' | 'mapped' | 'preserved'

const at = (id: string) => ({ params: { path: { import_id: id } } })
const pageSize = 100

export async function openFiles(files: readonly File[]): Promise<string> {
  const form = new FormData()
  for (const file of files) form.append('file', file)
  return (await body(api.POST('/api/config/import/sillytavern', { body: form as never }))).import_id
}

export const openPath = async (path: string): Promise<string> =>
  (await body(api.POST('/api/config/import/sillytavern', { body: { path } as never }))).import_id

export const getImport = (id: string): Promise<ImportDetail> => body(api.GET('/api/config/import/{import_id}', at(id)))

export const listImports = async (): Promise<ImportListed[]> => (await body(api.GET('/api/config/import', { params: { query: { limit: 20 } } }))).items

export const listItems = (id: string, asked: { status?: Asked; kind?: Kind; cursor?: string }): Promise<ItemsPage> =>
  body(api.GET('/api/config/import/{import_id}/items', { params: { path: { import_id: id }, query: { ...asked, limit: pageSize } as never } }))

export const startImport = (id: string, skip: string[]): Promise<ImportDetail> =>
  body(api.POST('/api/config/import/{import_id}:start', { ...at(id), body: { skip } }))
export const cancelImport = (id: string): Promise<ImportDetail> => body(api.POST('/api/config/import/{import_id}:cancel', at(id)))
export const resumeImport = (id: string): Promise<ImportDetail> => body(api.POST('/api/config/import/{import_id}:resume', at(id)))
export const undoImport = (id: string): Promise<Undone> => body(api.POST('/api/config/import/{import_id}:undo', at(id)))
