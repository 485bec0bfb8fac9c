import { screen } from '@testing-library/vue'
import { beforeEach, expect, test, vi } from 'vitest'
import { defineComponent, h, ref, type VNode } from 'vue'
import { show } from '@/testing/page'
import { useLostFocus } from './lost-focus'

// Nothing has a size in jsdom: all of it is seen.
beforeEach(() => { vi.spyOn(Element.prototype, 'getClientRects').mockReturnValue([{}] as unknown as DOMRectList) })

const items = ref<string[]>([])
const List = defineComponent(() => {
  useLostFocus()
  return () => h('section', [h('h1', 'Books'), items.value.length
    ? h('ul', items.value.map((name) => h('li', { key: name }, [h('a', { href: '#' }, name), h('button', `Delete ${name}`)])))
    : h('p', 'No books')])
})

async function without(name: string, left: string[]): Promise<string> {
  screen.getByText(name).focus()
  items.value = left
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
  return document.activeElement?.textContent ?? ''
}

test.each([
  ['the same button of the next one', 'Delete B', ['A', 'C'], 'Delete C'],
  ['the last one when none comes after it', 'Delete C', ['A', 'B'], 'Delete B'],
  ['its link when that had it', 'A', ['B', 'C'], 'B'],
  ['the heading of the list when it was the only one', 'Delete A', [], 'Books'],
])('what is deleted leaves the focus to %s', async (_words, gone, left, heir) => {
  items.value = left.length ? ['A', 'B', 'C'] : ['A']
  await show(List)
  expect(await without(gone, left)).toBe(heir)
})

test('what leaves while one scrolls takes the focus with it', async () => {
  items.value = ['A', 'B']
  await show(List)
  document.body.dispatchEvent(new WheelEvent('wheel', { bubbles: true }))
  await without('A', ['B'])
  expect(document.activeElement).toBe(document.body)
})

test('a focus that was let go of is not brought back', async () => {
  items.value = ['A', 'B']
  await show(List)
  screen.getByText('A').focus()
  screen.getByText('A').blur()
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame)
  items.value = ['B']
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
  expect(document.activeElement).toBe(document.body)
})

test('a window that closes leaves the focus where it was before', async () => {
  const open = ref(true)
  const Windowed = defineComponent(() => {
    useLostFocus()
    return (): VNode[] => [h('button', 'Open'), ...(open.value ? [h('div', { role: 'dialog' }, [h('button', 'Inside')])] : [])]
  })
  await show(defineComponent(() => () => h(Windowed)))
  screen.getByText('Open').focus()
  screen.getByText('Inside').focus()
  open.value = false
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
  expect(document.activeElement).toBe(screen.getByText('Open'))
})

test('a button that was busy has the focus back', async () => {
  const busy = ref(false)
  const Busy = defineComponent(() => {
    useLostFocus()
    return () => h('button', { disabled: busy.value }, 'Save')
  })
  await show(Busy)
  screen.getByText('Save').focus()
  for (const now of [true, false]) {
    busy.value = now
    await new Promise(requestAnimationFrame)
    if (now) screen.getByText('Save').blur()
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
  }
  expect(document.activeElement).toBe(screen.getByText('Save'))
})

test('a window that takes the focus itself keeps it', async () => {
  const open = ref(false)
  const Windowed = defineComponent(() => {
    useLostFocus()
    return (): VNode[] => [h('button', 'Open'), ...(open.value ? [h('div', { role: 'menu', tabindex: -1 }, 'Menu')] : [])]
  })
  await show(defineComponent(() => () => h(Windowed)))
  screen.getByText('Open').focus()
  open.value = true
  await new Promise(requestAnimationFrame)
  screen.getByText('Menu').focus()
  document.body.append(document.createElement('i'))
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
  expect(document.activeElement).toBe(screen.getByText('Menu'))
})
