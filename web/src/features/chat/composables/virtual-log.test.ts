import { mount, flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, shallowRef, useTemplateRef } from 'vue'
import { useVirtualLog } from './virtual-log'

const [ROW_PX, VIEW_PX, FRAMES] = [100, 600, 12]
const rows = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => `m${from + at}`)

/** A box as a browser has it: as high as its content, and never scrolled beyond. */
function measured(): void {
  const has = (name: string, read: (element: HTMLElement) => number) => vi.spyOn(HTMLElement.prototype, name as 'offsetHeight', 'get').mockImplementation(function (this: HTMLElement) { return read(this) })
  has('offsetHeight', () => ROW_PX)
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(VIEW_PX)
  vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockImplementation(function (this: Element) { return Number.parseFloat((this.firstElementChild as HTMLElement).style.height) })
  const tops = new WeakMap<Element, number>()
  vi.spyOn(Element.prototype, 'scrollTop', 'get').mockImplementation(function (this: Element) { return tops.get(this) ?? 0 })
  vi.spyOn(Element.prototype, 'scrollTop', 'set').mockImplementation(function (this: Element, to: number) {
    tops.set(this, Math.max(0, Math.min(to, this.scrollHeight - VIEW_PX)))
    requestAnimationFrame(() => this.dispatchEvent(new Event('scroll')))
  })
  vi.spyOn(Element.prototype, 'scrollTo').mockImplementation(function (this: Element, to?: ScrollToOptions | number) { this.scrollTop = (to as ScrollToOptions).top! })
}

async function frames(): Promise<void> {
  for (let frame = 0; frame < FRAMES; frame += 1) {
    await new Promise(requestAnimationFrame)
    await flushPromises()
  }
}

function opened(first: string[]) {
  const keys = shallowRef(first)
  let log!: ReturnType<typeof useVirtualLog>
  const wrapper = mount(defineComponent(() => {
    const box = useTemplateRef<HTMLElement>('box')
    log = useVirtualLog(box, { keys: () => keys.value, latest: () => keys.value.at(-1), hasNewer: () => false, older: () => {}, newer: () => {} })
    return () => h('div', { ref: 'box' }, [h('div', { style: { height: `${log.total.value}px` } }, log.items.value.map((item) =>
      h('p', { key: item.key as string, 'data-index': item.index, ref: (element) => log.virtual.value.measureElement(element as HTMLElement | null) })))])
  }), { attachTo: document.body })
  return { keys, log, box: wrapper.element as HTMLElement }
}

describe('a log into which older messages come', () => {
  beforeEach(measured)
  afterEach(() => { vi.restoreAllMocks(); document.body.innerHTML = '' })

  it('stays at its end when they come while it makes for it', async () => {
    const { keys, log, box } = opened(rows(80, 160))
    await frames()
    box.scrollTop = 0
    log.toEnd()
    vi.mocked(box.scrollTo).mockClear()
    keys.value = rows(0, 160)
    await frames()
    const wayPoints = vi.mocked(box.scrollTo).mock.calls.map(([to]) => (to as ScrollToOptions).top!)
    expect(Math.min(box.scrollTop, ...wayPoints)).toBeGreaterThan(box.scrollHeight - 2 * VIEW_PX)
    expect(box.scrollHeight - box.scrollTop - VIEW_PX).toBe(0)
  })

  it('shows the message that was asked for when they come while it makes for it', async () => {
    const { keys, log, box } = opened(rows(80, 160))
    await frames()
    void log.toKey('m90', 'start')
    await nextTick()
    keys.value = rows(0, 160)
    await frames()
    expect(log.items.value.find((item) => item.key === 'm90')?.start).toBe(box.scrollTop)
  })
})
