import { call } from '@/lib/call'
import type { Against, Uses, Version, VersionDetail } from './history.types'

/** `at`: where the thing stands in the API, as `/api/lorebooks/…`. */
export const versionsKey = (at: string) => ['versions', at] as const
export const usesKey = (at: string) => ['uses', at] as const

export const listVersions = (at: string, cursor?: string): Promise<{ items: Version[]; next_cursor: string | null }> => call('get', `${at}/history`, { query: { cursor, limit: 30 } })
export const readVersion = (at: string, version: number, against: Against): Promise<VersionDetail> => call('get', `${at}/history/${version}`, { query: { against } })
export const bringBack = <Thing>(at: string, version: number, to: number): Promise<Thing> => call('post', `${at}:bring-back`, { body: { version, to } })
export const readUses = (at: string): Promise<Uses> => call('get', `${at}/uses`)
