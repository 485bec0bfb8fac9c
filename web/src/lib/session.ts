import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import type { SignedIn, User } from '@/api/shapes'
import { api, ApiProblem, body, onSignedOut, setCsrf } from './api'
import { wipe } from './offline/shelf'
import { useReachable } from './reachable'
import { forget, forgetAll, remember, remembered } from './storage'

/** Who was signed in here last: they may read what this device kept while the server does not answer. */
const WHO = 'tavern.who'
/** Whose unsent texts lie in this browser. A session that only ran out leaves them for the same person to come back to. */
const WRITER = 'tavern.writer'
const TEXTS = ['tavern.draft.', 'tavern.connection.']

/** `unknown` until the server was asked; `unreachable` when it did not answer. */
export type Standing = 'unknown' | 'setup' | 'signed-out' | 'signed-in' | 'unreachable'

export const useSession = defineStore('session', () => {
  const user = ref<User | null>(null)
  const csrf = ref('')
  const standing = ref<Standing>('unknown')
  /** First run beyond this machine: the one-time code printed at start is asked for. */
  const codeRequired = ref(false)
  /** Signed in by this device's memory only: the server has not been asked yet, and nothing can be changed. */
  const asleep = ref(false)

  function enter(answer: SignedIn): void {
    const before = remembered<User | null>(WHO, null)
    if (before?.id !== answer.user.id) void wipe(answer.user.id)
    if (remembered(WRITER, before?.id) !== answer.user.id) TEXTS.forEach(forgetAll)
    remember(WRITER, answer.user.id)
    remember(WHO, answer.user)
    asleep.value = false
    user.value = answer.user
    csrf.value = answer.csrf_token ?? ''
    setCsrf(csrf.value)
    standing.value = 'signed-in'
  }

  function leave(): void {
    user.value = null
    csrf.value = ''
    setCsrf('')
    asleep.value = false
    forget(WHO)
    standing.value = 'signed-out'
  }
  onSignedOut(leave)

  /** Ask the server who we are; with nobody signed in, whether it has an owner yet. A browser where nobody was signed in
   * asks the other way round: a refusal would stand in its console, and nothing is wrong. */
  async function find(): Promise<Standing> {
    if (!remembered<User | null>(WHO, null) && !(await findSetup())) return standing.value
    try {
      enter(await body(api.GET('/api/auth/me')))
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 401) return (standing.value = fallAsleep())
      if (standing.value === 'signed-in') leave()
      if (await findSetup()) standing.value = 'signed-out'
    }
    return standing.value
  }

  /** With the server away, the person of last time is let in to what is kept here. */
  function fallAsleep(): Standing {
    const last = remembered<User | null>(WHO, null)
    if (!last) return 'unreachable'
    user.value = last
    asleep.value = true
    return 'signed-in'
  }
  watch(useReachable(), (answers) => { if (answers && asleep.value) void find() })

  /** Whether the server knows this browser as somebody's. */
  async function findSetup(): Promise<boolean> {
    try {
      const setup = await body(api.GET('/api/setup'))
      codeRequired.value = setup.code_required
      if (!setup.signed_in) standing.value = setup.needed ? 'setup' : 'signed-out'
      return setup.signed_in
    } catch {
      standing.value = 'unreachable'
      return false
    }
  }

  const setUp = async (given: { username: string; password: string; code?: string }): Promise<void> =>
    enter(await body(api.POST('/api/setup', { body: given })))

  const signIn = async (given: { username: string; password: string }): Promise<void> =>
    enter(await body(api.POST('/api/auth/sign-in', { body: given })))

  async function signOut(): Promise<void> {
    await api.POST('/api/auth/sign-out')
    await wipe()
    leave()
    TEXTS.forEach(forgetAll)
    forget(WRITER)
  }

  return { user, csrf, standing, codeRequired, asleep, find, setUp, signIn, signOut, leave }
})
