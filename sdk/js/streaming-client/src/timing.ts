/** Calls `bark` when it was not fed for `ms`. */
export class Watchdog {
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly ms: number, private readonly bark: () => void) {
    this.feed()
  }

  feed(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(this.bark, this.ms)
  }

  stop(): void {
    clearTimeout(this.timer)
  }
}

/** Waits `ms`, less when the signal fires or somebody calls the function given to `expose`. */
export function pause(ms: number, signal: AbortSignal, expose: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      expose(() => undefined)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
    expose(done)
  })
}

/** Hears the network come and go and the page being looked at again; answers how to stop hearing. */
export function listen(back: () => void, gone: () => void, seen: () => void): () => void {
  if (typeof window === 'undefined') return () => undefined
  const visible = () => document.visibilityState === 'visible' && seen()
  window.addEventListener('online', back)
  window.addEventListener('offline', gone)
  document.addEventListener('visibilitychange', visible)
  return () => {
    window.removeEventListener('online', back)
    window.removeEventListener('offline', gone)
    document.removeEventListener('visibilitychange', visible)
  }
}
