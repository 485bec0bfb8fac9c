import { expect, test } from 'vitest'
import { briefTime } from './time'

const now = Date.parse('2026-11-21T12:00:00Z')
const brief = (at: string, locale = 'en') => briefTime(at, now, { locale, justNow: 'now' })

test.each([
  ['2026-11-21T11:59:30Z', 'now'],
  ['2026-11-21T11:45:00Z', '15m'],
  ['2026-11-21T09:00:00Z', '3h'],
  ['2026-11-18T12:00:00Z', 'Wed'],
  ['2026-03-02T12:00:00Z', 'Mar 2'],
  ['2025-03-02T12:00:00Z', 'Mar 2, 2025'],
])('%s is shown as %s', (at, shown) => expect(brief(at)).toBe(shown))

test('a clock that runs ahead of the server still says now', () => expect(brief('2026-11-21T12:00:20Z')).toBe('now'))
test('times speak the reader\'s language', () => expect(brief('2026-11-21T11:45:00Z', 'zh-CN')).toBe('15分钟'))
