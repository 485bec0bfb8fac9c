import { expect, test } from 'vitest'
import { bytes, hours } from './bytes'

test.each([[0, '0 bytes'], [999, '999 bytes'], [1500, '2 kB'], [1_400_000, '1.4 MB'], [270_600_000_000, '270.6 GB'], [5e15, '5,000 TB']])('%d is told as %s', (size, told) => {
  expect(bytes(size, 'en')).toBe(told)
})

test('a day has every hour once, from midnight on', () => {
  const day = hours('en')
  expect(day.map(({ value }) => value)).toEqual(Array.from({ length: 24 }, (_, hour) => String(hour)))
  expect(day[4]!.label).toMatch(/^4:00/)
})
