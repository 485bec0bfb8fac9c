import { useEventListener } from '@vueuse/core'

/** Less than this is a browser's bar that came or went, not a keyboard. */
const KEYBOARD_PX_MIN = 120

/**
 * Keep the page above the on-screen keyboard. Browsers that know `interactive-widget=resizes-content` do it themselves;
 * in the others the visual viewport tells how much room is left, and the page takes that height.
 */
export function useKeyboardRoom(): void {
  const seen = globalThis.visualViewport
  if (!seen) return
  const fit = (): void => {
    const covered = innerHeight - seen.height
    const up = covered > KEYBOARD_PX_MIN && Math.abs(seen.scale - 1) < 0.01
    document.documentElement.style.setProperty('--app-height', up ? `${seen.height}px` : '100dvh')
    // The browser moved the page to show the field; now that the page fits, it stands at its top again.
    if (up && seen.offsetTop > 0) scrollTo({ top: 0 })
  }
  useEventListener(seen, 'resize', fit)
  useEventListener(seen, 'scroll', fit)
}
