import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { Connection, ConnectionSettings, ConnectionStatus, Found, KnownModel, TestResult } from '@/api/shapes'
import { api, body } from '@/lib/api'

export interface ConnectionBody {
  name: string
  kind: string
  base_url?: string
  model?: string
  /** Absent: as it is. `null`: forget it. */
  key?: string | null
  is_default?: boolean
  settings?: ConnectionSettings
}

const at = (id: string) => ({ params: { path: { connection_id: id } } })

export const listConnections = async (): Promise<Connection[]> => (await body(api.GET('/api/connections', {}))).items
export const createConnection = (given: ConnectionBody): Promise<Connection> => body(api.POST('/api/connections', { body: given }))
export const changeConnection = (id: string, change: Partial<ConnectionBody> & { version: number }): Promise<Connection> =>
  body(api.PATCH('/api/connections/{connection_id}', { ...at(id), body: change }))
export const deleteConnection = async (id: string): Promise<void> => void (await api.DELETE('/api/connections/{connection_id}', at(id)))
export const testConnection = (id: string): Promise<TestResult> => body(api.POST('/api/connections/{connection_id}:test', at(id)))
export const testDraft = (given: { kind: string; base_url: string; model: string; key?: string }): Promise<TestResult> =>
  body(api.POST('/api/connections:test', { body: given }))
export const duplicateConnection = (id: string): Promise<Connection> => body(api.POST('/api/connections/{connection_id}:duplicate', at(id)))
export const connectionModels = async (id: string): Promise<KnownModel[]> => (await body(api.GET('/api/connections/{connection_id}/models', at(id)))).items
export const connectionStatus = (id: string): Promise<ConnectionStatus> => body(api.GET('/api/connections/{connection_id}/status', at(id)))
export const conversationUse = (id: string) => body(api.GET('/api/conversations/{conversation_id}/usage', { params: { path: { conversation_id: id } } }))
export const discover = async (): Promise<Found[]> => (await body(api.POST('/api/connections:discover', {}))).found

const key = ['connections']
export const useConnections = () => useQuery({ queryKey: key, queryFn: listConnections })
/** Looks at this machine's usual ports; asked when a person opens the page, never behind their back. */
export const useDiscovery = (enabled = true) => useQuery({ queryKey: ['discovery'], queryFn: discover, enabled, staleTime: 30_000, retry: false })

const STATUS_MS = 15_000
/** How a connection is doing; looked at again soon while it rests or loads. */
export const useConnectionStatus = (id: () => string) => useQuery({
  queryKey: computed(() => ['connection-status', id()]), queryFn: () => connectionStatus(id()), retry: false,
  refetchInterval: ({ state }) => (state.data && (state.data.state !== 'closed' || state.data.loading) ? STATUS_MS / 5 : STATUS_MS),
})

/** A change to the list of connections: whatever it was, the list is read again. */
export function useConnectionChange<In, Out>(change: (given: In) => Promise<Out>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: change, onSettled: () => queries.invalidateQueries({ queryKey: key }) })
}
