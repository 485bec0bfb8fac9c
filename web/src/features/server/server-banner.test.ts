import { expect, test } from 'vitest'
import { noteRefusal, useRefusals } from '@/lib/disk'

test.each([[507, 1], [503, 1], [500, 0], [409, 0]])('an answer %d is taken for something that could not be kept: %d', (status, counted) => {
  const before = useRefusals().value
  noteRefusal(status)
  expect(useRefusals().value - before).toBe(counted)
})
