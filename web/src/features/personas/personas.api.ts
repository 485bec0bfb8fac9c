import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import type { Persona } from '@/api/shapes'
import { commit } from '@/features/config/config.api'
import type { Scope } from '@/features/config/config.types'
import { api, body } from '@/lib/api'
import { useSession } from '@/lib/session'

const at = (id: string) => ({ params: { path: { persona_id: id } } })
const limit = 200

export type PersonaPlace = Pick<Persona, 'position' | 'depth' | 'role'>
export type PersonaChange = { name?: string; description?: string; is_default?: true } & Partial<PersonaPlace>
export const listPersonas = async (): Promise<Persona[]> => (await body(api.GET('/api/personas', { params: { query: { limit } } }))).items
export const listTrash = async (): Promise<Persona[]> => (await body(api.GET('/api/personas', { params: { query: { limit, trash: true } } }))).items
export const createPersona = (given: { name: string; description?: string }): Promise<Persona> => body(api.POST('/api/personas', { body: given }))
export const changePersona = (id: string, change: { version: number } & PersonaChange): Promise<Persona> =>
  body(api.PATCH('/api/personas/{persona_id}', { ...at(id), body: change }))
export const deletePersona = async (id: string): Promise<void> => void (await api.DELETE('/api/personas/{persona_id}', at(id)))
export const restorePersona = (id: string): Promise<Persona> => body(api.POST('/api/personas/{persona_id}:restore', at(id)))

export function changePicture(id: string, file: File): Promise<Persona> {
  const form = new FormData()
  form.append('file', file)
  return body(api.PUT('/api/personas/{persona_id}/avatar', { ...at(id), body: form as never }))
}
export const removePicture = (id: string): Promise<Persona> => body(api.DELETE('/api/personas/{persona_id}/avatar', at(id)))

/** A persona is locked to a character or a chat by what is tuned there. */
export const lock = (scope: Scope, personaId: string): Promise<unknown> => commit(scope, [{ op: 'set', path: '/persona/id', value: personaId }])
export const unlock = (scope: Scope): Promise<unknown> => commit(scope, [{ op: 'unset', path: '/persona/id' }])

export const usePersonas = () => useQuery({ queryKey: ['personas'], queryFn: listPersonas })

/** What characters call this person. */
export function usePersonaName(): ComputedRef<string> {
  const session = useSession()
  const personas = usePersonas()
  return computed(() => personas.data.value?.find((persona) => persona.is_default)?.name ?? session.user?.username ?? '')
}
