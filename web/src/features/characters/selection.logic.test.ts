import { expect, test } from 'vitest'
import { chosenOf, countOf, everybody, holds, nobody, stretched, turned } from './selection.logic'

test('a press chooses and a second one lets go', () => {
  const one = turned(nobody, 'a')
  expect([holds(one, 'a'), holds(one, 'b'), holds(turned(one, 'a'), 'a')]).toEqual([true, false, false])
})

test('of everything a press takes one out, and the server is told so', () => {
  const rest = turned(everybody, 'b')
  expect([holds(rest, 'a'), holds(rest, 'b'), countOf(rest, 20_000)]).toEqual([true, false, 19_999])
  expect(chosenOf(rest, { q: 'sea' })).toEqual({ all_matching: { q: 'sea', without: ['b'] } })
})

test('a stretch takes both ends, whichever way it was drawn', () => {
  const ids = ['a', 'b', 'c', 'd']
  expect([...stretched(nobody, ids, 2, 1).ids]).toEqual(['c', 'b'].toSorted())
  expect([...stretched(turned(everybody, 'c'), ids, 1, 3).ids]).toEqual([])
  expect(chosenOf(stretched(nobody, ids, 0, 1), { q: 'sea' })).toEqual({ ids: ['a', 'b'] })
})
