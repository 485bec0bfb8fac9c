import { expect, test } from 'vitest'
import { below, dialAt, dials, fitted, inverse, isOdd, nearest, sourceOf, wordsOf } from './config.logic'
import type { Effective, Path } from './config.types'
import { likelihoods, pictured, shares, usedBefore } from './preview.logic'

const row: Path = {
  path: '/generation/temperature', type: 'number', min: 0, max: 5, step: 0.05, default: null, neutral: 1, warn: [null, 1.5], choices: [],
  max_length: null, max_items: null, nullable: true, scopes: ['user', 'character', 'conversation'], group: 'sampling', advanced: false,
}
const told: Effective = {
  values: { [row.path]: 0.4 }, sources: { [row.path]: { type: 'conversation', id: 'v' } }, locked: [],
  layers: [
    { scope: { type: 'global', id: null }, n: 0, values: {} }, { scope: { type: 'user', id: 'u' }, n: 3, values: { [row.path]: 0.9 } },
    { scope: { type: 'character', id: 'c' }, n: 0, values: {} }, { scope: { type: 'conversation', id: 'v' }, n: 1, values: { [row.path]: 0.4 } },
  ],
}
const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0)

test('a value tells its layer and what holds without it', () => {
  expect(sourceOf(told, row.path)).toBe('conversation')
  expect(sourceOf(told, '/note/depth')).toBe('default')
  expect(below(told, { type: 'conversation', id: 'v' }, row)).toEqual({ value: 0.9, source: 'user' })
  expect(below(told, { type: 'user' }, row)).toEqual({ value: null, source: 'default' })
})

test('a change is taken back to what its layer said, or to nothing', () => {
  const ops = [{ op: 'set' as const, path: row.path, value: 1 }, { op: 'unset' as const, path: '/reply/length' }]
  expect(inverse(ops, told.layers[1])).toEqual([{ op: 'set', path: row.path, value: 0.9 }, { op: 'unset', path: '/reply/length' }])
})

test('numbers are fitted to range and step, and odd ones are marked', () => {
  expect([fitted(row, 9), fitted(row, 0.333), fitted(row, -1)]).toEqual([5, 0.35, 0])
  expect([isOdd(row, 1.8), isOdd(row, 1.2), isOdd(row, null)]).toEqual([true, false, false])
  expect(wordsOf(row.path)).toBe('generation.temperature')
})

test('a dial stands at a word, between words, or nowhere', () => {
  expect(dialAt('creativity', {})).toBe('free')
  expect(dialAt('creativity', dials.creativity[3].values)).toBe(3)
  expect(dialAt('creativity', { '/generation/temperature': 0.42 })).toBe('own')
  expect(nearest('creativity', { '/generation/temperature': 0.42 })).toBe(0)
})

test('every picture sums up to one, whatever the values', () => {
  for (const name of pictured) for (const value of [0, 0.01, 0.3, 1, 2, 5]) expect(sum(likelihoods({ [name]: value }))).toBeCloseTo(1)
})

test('nothing set leaves the words as they are; heat flattens, cold sharpens', () => {
  expect(likelihoods({})).toEqual(shares.map((share) => share / sum(shares)))
  expect(likelihoods({ temperature: 2 })[0]).toBeLessThan(shares[0]!)
  expect(likelihoods({ temperature: 0.5 })[0]).toBeGreaterThan(shares[0]!)
  expect(likelihoods({ temperature: 0 })).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
})

test('what cuts, cuts from the unlikely end, and what punishes hits the word that was used', () => {
  expect(likelihoods({ top_k: 3 }).map((one) => one > 0)).toEqual([true, true, true, ...Array(7).fill(false)])
  expect(likelihoods({ top_p: 0.5 }).filter((one) => one > 0)).toHaveLength(2)
  expect(likelihoods({ min_p: 0.2 }).filter((one) => one > 0)).toHaveLength(5)
  expect(likelihoods({ repetition_penalty: 1.3 })[usedBefore]).toBeLessThan(shares[usedBefore]!)
  expect(likelihoods({ xtc_probability: 1, xtc_threshold: 0.1 })[0]).toBe(0)
})
