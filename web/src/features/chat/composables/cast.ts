import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import type { Persona } from '@/api/shapes'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { listConnections } from '../chat.api'
import type { ConnectionItem } from '../chat.types'
import { configure, listPersonas, readEffective } from '../composer.api'
import { connectionOf, keepConnection } from '../preferences'
import { connectionsKey, effectiveKey, personasKey } from './keys'

/** Who answers in this conversation and whom I play in it; both are chosen per conversation and kept by the server. */
export function useCast(conversationId: Ref<string>) {
  const queries = useQueryClient()
  const toasts = useToasts()
  const words = useProblemText()
  const connectionList = useQuery({ queryKey: connectionsKey, queryFn: listConnections, staleTime: 60_000 })
  const personaList = useQuery({ queryKey: personasKey, queryFn: listPersonas, staleTime: 60_000 })
  const effective = useQuery({
    queryKey: computed(() => effectiveKey(conversationId.value)), queryFn: () => readEffective(conversationId.value), staleTime: 60_000, retry: false,
  })

  const connections = computed<ConnectionItem[]>(() => connectionList.data.value?.items ?? [])
  const personas = computed<Persona[]>(() => personaList.data.value ?? [])
  const value = (path: string): string | null => (effective.data.value?.values[path] as string | null | undefined) ?? null

  const connection = computed(() => {
    const chosen = value('/connection/name') ?? connectionOf(conversationId.value)
    return connections.value.find((one) => one.name === chosen || chosen?.startsWith(`${one.name}/`)) ?? connections.value.find((one) => one.is_default) ?? connections.value[0]
  })
  const persona = computed(() => personas.value.find((one) => one.id === value('/persona/id')) ?? personas.value.find((one) => one.is_default))

  /** The persona chosen for this chat itself; null: whoever is usual. */
  const locked = computed(() => {
    const source = effective.data.value?.sources['/persona/id']
    return typeof source === 'object' && source.type === 'conversation' ? value('/persona/id') : null
  })

  /** Sets values for this conversation. Says whether the server took them. */
  async function set(values: Record<string, unknown>): Promise<boolean> {
    try {
      await configure(conversationId.value, values)
      return true
    } catch (error) {
      toasts.show(words.line(error), { tone: 'bad' })
      return false
    } finally {
      void queries.invalidateQueries({ queryKey: ['config'] })
    }
  }

  // This browser knows at once, so that the next message already goes there.
  function answerBy(one: ConnectionItem): Promise<boolean> {
    keepConnection(conversationId.value, one.name)
    return set({ '/connection/name': one.name })
  }

  return { connections, personas, connection, persona, locked, effective: effective.data, set, answerBy, play: (one: Persona) => set({ '/persona/id': one.id }) }
}

export type Cast = ReturnType<typeof useCast>
