import { cleanup, configure } from '@testing-library/vue'
import { afterEach, vi } from 'vitest'

// Nothing here is a promise about time: on a busy machine what is looked for may come late.
configure({ asyncUtilTimeout: 10_000 })

// What a browser has and jsdom has not; none of it is looked at by a test.
Element.prototype.scrollIntoView ??= () => {}
Element.prototype.scrollTo ??= () => {}
Element.prototype.hasPointerCapture ??= () => false
globalThis.CSS ??= { escape: (text: string) => text.replace(/[^\w-]/g, (letter) => `\\${letter}`) } as never
globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }
globalThis.matchMedia ??= ((query: string) => ({ matches: false, media: query, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} })) as never

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  localStorage.clear()
})
