import { afterEach, describe, expect, it, vi } from 'vitest'
import { useTouchSwipe } from './touch-swipe'

interface Stroke {
  from: [number, number]
  to: [number, number]
  on?: string
  fingers?: number
}
const at = ([clientX, clientY]: [number, number]) => ({ clientX, clientY })

/** What a finger's way does: which version is asked for, and how far the row followed. */
function drawn({ from, to, on = 'p', fingers = 1 }: Stroke, may = true): { asked: number[]; followed: number; rests: number } {
  const asked: number[] = []
  const { shift, handlers } = useTouchSwipe(() => may, (by) => asked.push(by))
  const target = document.createElement(on)
  handlers.onTouchstartPassive({ target, touches: Array.from({ length: fingers }, () => at(from)) } as unknown as TouchEvent)
  handlers.onTouchmovePassive({ target, touches: [at(to)] } as unknown as TouchEvent)
  const followed = shift.value
  handlers.onTouchend({ target, changedTouches: [at(to)] } as unknown as TouchEvent)
  return { asked, followed, rests: shift.value }
}

describe('a stroke across a reply', () => {
  afterEach(() => vi.restoreAllMocks())

  it('to the left asks for the next version, to the right for the one before', () => {
    expect(drawn({ from: [300, 100], to: [200, 110] })).toEqual({ asked: [1], followed: -72, rests: 0 })
    expect(drawn({ from: [200, 100], to: [300, 90] })).toEqual({ asked: [-1], followed: 72, rests: 0 })
  })
  it('is felt before it is long enough to do anything', () =>
    expect(drawn({ from: [300, 100], to: [250, 100] })).toEqual({ asked: [], followed: -38, rests: 0 }))
  it('that goes down scrolls', () => expect(drawn({ from: [300, 100], to: [200, 180] })).toMatchObject({ asked: [], followed: expect.closeTo(0) }))
  it('from an edge of the screen is the browser\'s', () => {
    expect(drawn({ from: [20, 100], to: [200, 100] }).asked).toEqual([])
    expect(drawn({ from: [innerWidth - 20, 100], to: [200, 100] }).asked).toEqual([])
  })
  it('over what scrolls by itself, or of two fingers, or where it may not, does nothing', () => {
    for (const on of ['pre', 'table', 'textarea']) expect(drawn({ from: [300, 100], to: [200, 100], on }).asked).toEqual([])
    expect(drawn({ from: [300, 100], to: [200, 100], fingers: 2 }).asked).toEqual([])
    expect(drawn({ from: [300, 100], to: [200, 100] }, false).asked).toEqual([])
  })
  it('that marks text asks for nothing', () => {
    vi.spyOn(globalThis, 'getSelection').mockReturnValue({ toString: () => 'marked' } as Selection)
    expect(drawn({ from: [300, 100], to: [200, 100] }).asked).toEqual([])
  })
})
