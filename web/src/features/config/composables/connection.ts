import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { listConnections } from '@/features/connections/connections.api'
import { nameOf } from '../config.logic'
import type { Path } from '../config.types'
import type { ScopeValues } from './scope'

interface Known {
  id: string
  name: string
  model: string
  is_default: boolean
  samplers?: string[]
}

/** The connection that answers in this scope, and which samplers it does nothing with. */
export function useScopeConnection(values: ScopeValues) {
  const list = useQuery({ queryKey: ['connections', 'for-config'], queryFn: listConnections, staleTime: 60_000 })
  const connections: ComputedRef<Known[]> = computed(() => (list.data.value ?? []) as Known[])
  const connection = computed(() => {
    const chosen = values.value('/connection/name')
    const named = typeof chosen === 'string' ? connections.value.find((one) => one.name === chosen || chosen.startsWith(`${one.name}/`)) : undefined
    return named ?? connections.value.find((one) => one.is_default)
  })
  const samplers = new Set(['sampling', 'repetition', 'advanced'])
  const ignores = (row: Path): boolean => {
    const known = connection.value?.samplers
    return Boolean(known) && samplers.has(row.group) && !known!.includes(nameOf(row.path))
  }
  return { connections, connection, ignores }
}
