import { effectScope } from 'vue'
import { expect, test, vi } from 'vitest'
import { useKeyboardRoom } from './keyboard-room'

const room = () => document.documentElement.style.getPropertyValue('--app-height')

test('the page takes the height that a keyboard leaves, and all of it when it has gone', () => {
  const seen = Object.assign(new EventTarget(), { height: 700, scale: 1, offsetTop: 0 })
  vi.stubGlobal('visualViewport', seen)
  vi.stubGlobal('innerHeight', 844)
  const scope = effectScope()
  scope.run(useKeyboardRoom)
  const now = (change: object) => { Object.assign(seen, change); seen.dispatchEvent(new Event('resize')); return room() }
  expect(now({ height: 500 })).toBe('500px')
  expect(now({ height: 790 })).toBe('100dvh')
  // Pinching is not a keyboard.
  expect(now({ height: 400, scale: 2 })).toBe('100dvh')
  scope.stop()
  expect(now({ height: 500, scale: 1 })).toBe('100dvh')
})
