import type { components } from '@/api/schema'
import { api, body } from '@/lib/api'

export type ServerState = components['schemas']['ServerOut']
export type Backup = components['schemas']['BackupOut']
export type Plan = components['schemas']['BackupPlanOut']

export const getServer = (): Promise<ServerState> => body(api.GET('/api/server', {}))
export const listBackups = async (): Promise<Backup[]> => (await body(api.GET('/api/server/backups', {}))).items
export const beginBackup = (): Promise<unknown> => body(api.POST('/api/server/backups', { body: { with_key: false } }))
export const deleteBackup = async (name: string): Promise<void> => void (await api.DELETE('/api/server/backups/{name}', { params: { path: { name } } }))
export const changePlan = (plan: Plan): Promise<Plan> => body(api.PATCH('/api/server/backup-plan', { body: plan }))

export const backupUrl = (name: string): string => `/api/server/backups/${encodeURIComponent(name)}`
export const logUrl = '/api/server/logs'
