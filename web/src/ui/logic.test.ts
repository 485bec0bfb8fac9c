import { expect, test } from 'vitest'
import { columnsOf, neighbour, rowsOf } from './grid.logic'
import { duskOf, hueOf, initialOf, pictureAt } from './portrait.logic'
import { withTags } from './tags.logic'
import { tipPlace } from './tooltip.logic'

test('a narrow phone still has two columns, a desktop as many as fit', () => {
  expect(columnsOf(288, { least: 200, gap: 16 })).toBe(2)
  expect(columnsOf(1320, { least: 200, gap: 16 })).toBe(6)
})

test('rows hold every item once, in order', () => {
  expect(rowsOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(rowsOf([], 3)).toEqual([])
})

test.each([
  ['ArrowRight', 4, 5], ['ArrowLeft', 0, 0], ['ArrowDown', 4, 7], ['ArrowDown', 8, 8], ['ArrowUp', 4, 1], ['Home', 5, 0], ['End', 5, 9], ['x', 5, 5],
])('%s leads from %i to %i in a grid of three columns and ten items', (key, from, to) => expect(neighbour(from, key, { columns: 3, count: 10 })).toBe(to))

test('a name keeps its hue, and its initial is a letter', () => {
  expect(hueOf('Aria')).toBe(hueOf('Aria'))
  expect(['Aria', '  "quoted"', '林墨', '!!'].map(initialOf)).toEqual(['A', 'Q', '林', '?'])
  expect(duskOf('Aria')).toContain('radial-gradient')
})

test('a picture is asked for in the size it is shown in', () => {
  expect(pictureAt('/api/characters/1/avatar?v=ab', 240)).toBe('/api/characters/1/avatar?v=ab&size=240')
  expect(pictureAt('/a', 96)).toBe('/a?size=96')
  expect(pictureAt(null, 96)).toBeUndefined()
})

test('pasted tags are split, tidied and never doubled', () => {
  expect(withTags(['sea'], ' Sea , slow  burn，horror\nx;')).toEqual(['sea', 'slow burn', 'horror', 'x'])
})

test('a tip stays inside the window and turns over at its end', () => {
  const window = { width: 400, height: 300 }
  const tip = { width: 100, height: 24 }
  expect(tipPlace({ left: 380, top: 10, width: 20, height: 20 }, { tip, window })).toEqual({ left: 292, top: 36 })
  expect(tipPlace({ left: 0, top: 270, width: 20, height: 20 }, { tip, window })).toEqual({ left: 8, top: 240 })
})
