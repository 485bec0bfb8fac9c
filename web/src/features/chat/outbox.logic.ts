import type { ApiProblem } from '@/lib/problem'
import type { Pending } from './pending.logic'

export { newKey, type Pending } from './pending.logic'

/** A message of one conversation on its way; `at` orders them all. */
export interface Entry {
  conversation_id: string
  at: number
  pending: Pending
}

/** The server remembers a key for 24 hours. After that it could not tell a second try from a second message. */
export const SURE_MS = 23 * 3_600_000

export const isUnsure = (pending: Pending, now: number): boolean => pending.tried_at !== undefined && now - pending.tried_at > SURE_MS

/** Whether it is to be sent: not refused, and not taken already. */
export const isDue = ({ pending }: Entry): boolean => pending.status !== 'refused' && !pending.message_id

/** What a failed try means: nobody listened (try again by and by), or somebody said no. */
export const answerOf = ({ status }: Pick<ApiProblem, 'status'>): 'silent' | 'refused' =>
  status === 0 || status >= 500 || status === 429 || status === 401 ? 'silent' : 'refused'
