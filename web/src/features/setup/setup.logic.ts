import type { Standing } from '@/lib/session'

export const steps = ['owner', 'model', 'character'] as const
export type Step = (typeof steps)[number]

/** Which step is due: without an owner the first; afterwards the one in the address, or the second. */
export function stepOf(standing: Standing, asked: unknown): Step {
  if (standing !== 'signed-in') return 'owner'
  return asked === 'character' ? 'character' : 'model'
}

/** A name that people type and log in with: visible characters, no blanks. */
export const isUsername = (name: string): boolean => /^[^\s\p{C}]{1,64}$/u.test(name)
