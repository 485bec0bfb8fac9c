import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import type { Persona } from '@/api/shapes'
import { api, body } from '@/lib/api'
import { useSession } from '@/lib/session'

const at = (id: string) => ({ params: { path: { persona_id: id } } })

export const listPersonas = async (): Promise<Persona[]> => (await body(api.GET('/api/personas', {}))).items
export const createPersona = (given: { name: string; description?: string }): Promise<Persona> => body(api.POST('/api/personas', { body: given }))
export const changePersona = (id: string, change: { version: number; name?: string; description?: string; is_default?: true }): Promise<Persona> =>
  body(api.PATCH('/api/personas/{persona_id}', { ...at(id), body: change }))
export const deletePersona = async (id: string): Promise<void> => void (await api.DELETE('/api/personas/{persona_id}', at(id)))

export const usePersonas = () => useQuery({ queryKey: ['personas'], queryFn: listPersonas })

/** What characters call this person. */
export function usePersonaName(): ComputedRef<string> {
  const session = useSession()
  const personas = usePersonas()
  return computed(() => personas.data.value?.find((persona) => persona.is_default)?.name ?? session.user?.username ?? '')
}
