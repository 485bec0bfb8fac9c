import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, watch, type Ref } from 'vue'
import type { Persona } from '@/api/shapes'
import { commit, effectiveKey, readEffective } from '@/features/config/config.api'
import type { Scope, Value } from '@/features/config/config.types'
import { usePersonas } from '@/features/personas/personas.api'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { listConnections } from '../chat.api'
import type { ConnectionItem } from '../chat.types'
import { connectionOf, keepConnection } from '../preferences'
import { connectionsKey } from './keys'

/** Who answers in this conversation and whom I play in it; both are chosen per conversation and kept by the server. */
export function useCast(conversationId: Ref<string>) {
  const queries = useQueryClient()
  const toasts = useToasts()
  const words = useProblemText()
  const scope = computed<Scope>(() => ({ type: 'conversation', id: conversationId.value }))
  const connectionList = useQuery({ queryKey: connectionsKey, queryFn: listConnections, staleTime: 60_000 })
  const personaList = usePersonas()
  const effective = useQuery({ queryKey: computed(() => effectiveKey(scope.value)), queryFn: () => readEffective(scope.value), staleTime: 60_000 })

  const connections = computed<ConnectionItem[]>(() => connectionList.data.value?.items ?? [])
  const personas = computed<Persona[]>(() => personaList.data.value ?? [])
  const value = (path: string): string | null => (effective.data.value?.values[path] as string | null | undefined) ?? null

  const chosen = computed(() => (effective.data.value ? value('/connection/name') : connectionOf(conversationId.value)))
  const named = (name: string | null) => connections.value.find((one) => one.name === name || name?.startsWith(`${one.name}/`))
  const connection = computed(() => named(chosen.value) ?? connections.value.find((one) => one.is_default) ?? connections.value[0])
  const persona = computed(() => personas.value.find((one) => one.id === value('/persona/id')) ?? personas.value.find((one) => one.is_default))

  // Orders name the connection that is shown; what was chosen here, on another device or for the character is remembered for them.
  watch([conversationId, () => effective.data.value], ([id, told]) => { if (told) keepConnection(id, chosen.value) }, { immediate: true })

  /** Sets a value for this conversation. Says whether the server took it. */
  async function set(path: string, to: Value): Promise<boolean> {
    const at = scope.value
    try {
      queries.setQueryData(effectiveKey(at), (await commit(at, [{ op: 'set', path, value: to }])).effective)
      return true
    } catch (error) {
      toasts.show(words.line(error), { tone: 'bad' })
      return false
    } finally {
      void queries.invalidateQueries({ queryKey: ['config'], refetchType: 'active' })
    }
  }

  // This browser knows at once, so that the next message already goes there.
  function answerBy(one: ConnectionItem): Promise<boolean> {
    keepConnection(conversationId.value, one.name)
    return set('/connection/name', one.name)
  }

  return { connections, personas, connection, persona, set, answerBy, play: (one: Persona) => set('/persona/id', one.id) }
}

export type Cast = ReturnType<typeof useCast>
