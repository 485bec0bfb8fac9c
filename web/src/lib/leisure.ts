const WAIT_MS_MAX = 2_000

/** When the browser has nothing better to do, and soon in any case. */
export const atLeisure = (): Promise<void> => new Promise((resolve) => {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: WAIT_MS_MAX })
  else setTimeout(resolve, 200)
})
