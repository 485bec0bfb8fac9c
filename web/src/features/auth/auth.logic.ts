/** Where to go after signing in: a path of ours, never an address somebody put into a link. */
export function nextOf(asked: unknown): string {
  return typeof asked === 'string' && /^\/(?![/\\])/.test(asked) ? asked : '/'
}

export const passwordMin = 8

/** What is wrong with a new password and its repetition; `null` when nothing is. */
export function passwordFault(password: string, again: string = password): 'short' | 'differs' | null {
  if (password.length < passwordMin) return 'short'
  return password === again ? null : 'differs'
}
