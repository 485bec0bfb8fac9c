import { computed, type Ref } from 'vue'
import type { Cast } from './cast'

export const noteRoles = ['system', 'user', 'assistant'] as const
export type NoteRole = (typeof noteRoles)[number]

/** What the server ships, until it has told. */
const usual: Readonly<Record<string, unknown>> = { '/note/text': '', '/note/depth': 4, '/note/role': 'system', '/note/every': 1 }

/** One value of the author's note: read as it holds here, set for this chat. */
export function useNote(cast: Cast) {
  const part = <T>(path: string): Ref<T> => computed({
    get: () => (cast.effective.value?.values[path] ?? usual[path]) as T,
    set: (value) => { if (value !== cast.effective.value?.values[path]) void cast.set({ [path]: value }) },
  })
  return { text: part<string>('/note/text'), depth: part<number>('/note/depth'), role: part<NoteRole>('/note/role'), every: part<number>('/note/every') }
}
