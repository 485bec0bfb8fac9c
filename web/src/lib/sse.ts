import { StreamClient, type Frame, type LineError, type LineState } from '@sdk/streaming-client'
import { onScopeDispose, readonly, ref, shallowRef, watch } from 'vue'
import { changeHeaders } from './api'
import { useSession } from './session'
import { carriedBy, knownTransport } from './transport'

export interface StreamWish {
  /** null: everything of this person except the pieces of replies. */
  conversationId: string | null
  after?: number
  onFrame: (frame: Frame) => void
}

/** A page nobody looks at gives its line back after this long; browsers allow six to one host. */
const HIDDEN_MS_MAX = 5 * 60_000

/** The page's line to the server, for as long as the component lives. It follows one wish at a time. */
export function useStream() {
  const state = ref<LineState>('idle')
  const refusal = shallowRef<LineError | null>(null)
  const session = useSession()
  let client: StreamClient | null = null
  let resting: (() => void) | null = null
  let asleep: StreamWish | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  function open(wish: StreamWish): void {
    close()
    refusal.value = null
    // A page that was opened without its server has no token yet: asked now, the server would refuse for good.
    if (session.asleep) {
      asleep = wish
      state.value = 'offline'
      return
    }
    client = new StreamClient({
      conversationId: wish.conversationId, after: wish.after, headers: (method) => (method === 'GET' ? {} : changeHeaders()),
      onFrame: wish.onFrame, onState: heard, transport: knownTransport(), onTransport: carriedBy,
    }).start()
  }

  function heard(next: LineState, reason?: LineError): void {
    state.value = next
    if (!reason) return
    refusal.value = reason
    if (reason.status === 401) session.leave()
  }

  function close(): void {
    client?.stop()
    client = null
    resting = null
    asleep = null
    state.value = 'idle'
  }

  watch(() => session.asleep, (still) => {
    if (still || !asleep) return
    if (session.standing === 'signed-in') open(asleep)
    else close()
  })

  /** `reopen` is called when a page that was hidden for long is seen again. */
  function restWhenHidden(reopen: () => void): void {
    const turn = () => {
      clearTimeout(timer)
      if (document.visibilityState === 'visible') {
        resting?.()
        resting = null
      } else {
        timer = setTimeout(() => { if (client) { close(); resting = reopen } }, HIDDEN_MS_MAX)
      }
    }
    document.addEventListener('visibilitychange', turn)
    onScopeDispose(() => document.removeEventListener('visibilitychange', turn))
  }

  // A page that goes away ends its session; one that is only frozen would find its line dead and make it anew.
  const leave = (event: PageTransitionEvent) => { if (!event.persisted) close() }
  window.addEventListener('pagehide', leave)
  onScopeDispose(() => {
    clearTimeout(timer)
    window.removeEventListener('pagehide', leave)
    close()
  })

  return {
    state: readonly(state), refusal: readonly(refusal), open, close, restWhenHidden,
    reconnect: () => client?.reconnect(), rewind: (id: string) => client?.rewind(id),
  }
}
