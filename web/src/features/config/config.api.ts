import { api, body as bodyOf } from '@/lib/api'
import type { Committed, Effective, Op, Path, Scope } from './config.types'

/** The document knows values only as anything; the table of paths says what each one is. */
const body = <T>(call: Promise<{ data?: unknown }>): Promise<T> => bodyOf<T>(call as Promise<{ data?: T }>)

export const pathsKey = ['config-paths'] as const
/** All that is tuned begins with this word, so that one change reads everything again. */
export const effectiveKey = (scope: Scope) => ['config', 'effective', placeOf(scope)] as const

export const listPaths = async (): Promise<Path[]> => (await body<{ items: Path[] }>(api.GET('/api/config/paths', {}))).items

export const readEffective = (scope: Scope): Promise<Effective> =>
  body<Effective>(api.GET('/api/config/effective', { params: { query: placeOf(scope) } }))

export const commit = (scope: Scope, ops: Op[], base_n?: number): Promise<Committed> =>
  body<Committed>(api.POST('/api/config/revisions', { body: { scope: { type: scope.type, id: scope.id ?? null }, ops: ops as never, base_n } }))

function placeOf({ type, id }: Scope): { character_id?: string; conversation_id?: string } {
  if (type === 'character' && id) return { character_id: id }
  return type === 'conversation' && id ? { conversation_id: id } : {}
}
