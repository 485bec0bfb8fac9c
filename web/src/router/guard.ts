import type { RouteLocationNormalized, RouteLocationRaw } from 'vue-router'
import { useSession, type Standing } from '@/lib/session'

/** Where a person in this standing is sent who asks for `to`; `true` lets them through. */
export function verdict(standing: Standing, to: RouteLocationNormalized): true | RouteLocationRaw {
  if (standing === 'unreachable') return true
  if (standing === 'setup') return to.name === 'setup' || { name: 'setup' }
  if (standing === 'signed-in') return to.name !== 'login' || { name: 'home' }
  if (to.name === 'setup') return { name: 'login' }
  return to.meta.open || { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
}

export async function guard(to: RouteLocationNormalized): Promise<true | RouteLocationRaw> {
  const session = useSession()
  if (session.standing === 'unknown' || session.standing === 'unreachable') await session.find()
  return verdict(session.standing, to)
}
