import { readonly, ref } from 'vue'

const reachable = ref(true)
const askAgainMs = 4000
let asking: ReturnType<typeof setInterval> | undefined

/** The API client reports here whether anything answered. */
export function heard(answered: boolean): void {
  if (answered === reachable.value) return
  reachable.value = answered
  clearInterval(asking)
  asking = answered ? undefined : setInterval(ask, askAgainMs)
}

async function ask(): Promise<void> {
  const answered = await fetch('/health', { cache: 'no-store' }).then((response) => response.ok, () => false)
  if (answered) heard(true)
}

/** Whether the server answered the last time anybody asked. */
export const useReachable = () => readonly(reachable)
