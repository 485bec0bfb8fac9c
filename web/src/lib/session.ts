import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { SignedIn, User } from '@/api/shapes'
import { api, ApiProblem, body, onSignedOut, setCsrf } from './api'

/** `unknown` until the server was asked; `unreachable` when it did not answer. */
export type Standing = 'unknown' | 'setup' | 'signed-out' | 'signed-in' | 'unreachable'

export const useSession = defineStore('session', () => {
  const user = ref<User | null>(null)
  const csrf = ref('')
  const standing = ref<Standing>('unknown')
  /** First run beyond this machine: the one-time code printed at start is asked for. */
  const codeRequired = ref(false)

  function enter(answer: SignedIn): void {
    user.value = answer.user
    csrf.value = answer.csrf_token ?? ''
    setCsrf(csrf.value)
    standing.value = 'signed-in'
  }

  function leave(): void {
    user.value = null
    csrf.value = ''
    setCsrf('')
    standing.value = 'signed-out'
  }
  onSignedOut(leave)

  /** Ask the server who we are; with nobody signed in, whether it has an owner yet. */
  async function find(): Promise<Standing> {
    try {
      enter(await body(api.GET('/api/auth/me')))
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 401) return (standing.value = 'unreachable')
      await findSetup()
    }
    return standing.value
  }

  async function findSetup(): Promise<void> {
    try {
      const setup = await body(api.GET('/api/setup'))
      codeRequired.value = setup.code_required
      standing.value = setup.needed ? 'setup' : 'signed-out'
    } catch {
      standing.value = 'unreachable'
    }
  }

  const setUp = async (given: { username: string; password: string; code?: string }): Promise<void> =>
    enter(await body(api.POST('/api/setup', { body: given })))

  const signIn = async (given: { username: string; password: string }): Promise<void> =>
    enter(await body(api.POST('/api/auth/sign-in', { body: given })))

  async function signOut(): Promise<void> {
    await api.POST('/api/auth/sign-out')
    leave()
  }

  return { user, csrf, standing, codeRequired, find, setUp, signIn, signOut, leave }
})
