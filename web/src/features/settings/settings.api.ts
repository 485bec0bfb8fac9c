import type { Account, ApiKey, NewApiKey, SignIn } from '@/api/shapes'
import { api, asProblem, body } from '@/lib/api'

/** What an API key may be for; `admin` only when asked for. */
export const scopes = ['chat', 'characters', 'gateway', 'memory', 'tools', 'config', 'import', 'admin'] as const

export const changePassword = async (given: { current: string; new: string }): Promise<void> => void (await api.POST('/api/auth/password', { body: given }))

export const listSignIns = async (): Promise<SignIn[]> => (await body(api.GET('/api/auth/sessions', {}))).items
export const endSignIn = async (id: string): Promise<void> => void (await api.DELETE('/api/auth/sessions/{session_id}', { params: { path: { session_id: id } } }))
/** One after the other; those that ended by themselves meanwhile are no fault. */
export async function endSignIns(ids: readonly string[]): Promise<void> {
  for (const id of ids) await endSignIn(id).catch((error: unknown) => { if (asProblem(error).status !== 404) throw error })
}

export const listKeys = async (): Promise<ApiKey[]> => (await body(api.GET('/api/keys', {}))).items
export const createKey = (given: { label: string; scopes: string[] }): Promise<NewApiKey> => body(api.POST('/api/keys', { body: given }))
export const deleteKey = async (id: string): Promise<void> => void (await api.DELETE('/api/keys/{key_id}', { params: { path: { key_id: id } } }))

const user = (id: string) => ({ params: { path: { user_id: id } } })
export const listUsers = async (): Promise<Account[]> => (await body(api.GET('/api/users', {}))).items
export const createUser = (given: { username: string; password: string; role: 'owner' | 'member' }): Promise<Account> => body(api.POST('/api/users', { body: given }))
export const changeUser = (id: string, change: { role: 'owner' | 'member'; version: number }): Promise<Account> => body(api.PATCH('/api/users/{user_id}', { ...user(id), body: change }))
export const deleteUser = async (id: string): Promise<void> => void (await api.DELETE('/api/users/{user_id}', user(id)))

export const setUserPassword = async (id: string, password: string): Promise<void> => void (await api.POST('/api/users/{user_id}:set-password', { ...user(id), body: { password } }))

export const getHealth = (): Promise<{ status: string; version: string }> => body(api.GET('/api/health', {}))
