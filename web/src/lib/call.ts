import { api, body } from './api'

type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'
interface Given {
  query?: Record<string, string | number | boolean | undefined>
  body?: unknown
}

/**
 * A door whose answer carries a free form (a book's entries, a preset's data): its shape is told by the caller,
 * because the server's document knows such a form only as "anything". Failures have already been thrown.
 */
export const call = <T>(verb: Verb, path: string, { query, body: sent }: Given = {}): Promise<T> =>
  body<T>(api.request(verb, path as never, { params: { query }, ...(sent === undefined ? {} : { body: sent }) } as never) as Promise<{ data?: T }>)

/** Files under the name the server reads them by. */
export function formOf(files: readonly File[]): FormData {
  const form = new FormData()
  for (const file of files) form.append('file', file)
  return form
}
