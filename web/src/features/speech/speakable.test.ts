import { expect, test } from 'vitest'
import { langOf, utterancesOf } from './speakable.logic'

const texts = (text: string, options = {}) => utterancesOf(text, options).map((one) => one.text)

test('a message becomes sentences, its code and pictures stay silent', () => {
  const text = 'She waits. *Rain falls* on the `roof`!\n\n```js\nalert(1)\n```\n\n![a map](https://x.example/m.png) Then Dr. Hale nods at 3.5 bells.'
  expect(texts(text)).toEqual(['She waits.', 'Rain falls on the !', 'Then Dr. Hale nods at 3.5 bells.'])
})

test.each([
  ['nothing', ['“Sit,”', 'she says.', '“Now.”']],
  ['narration', ['“Sit,”', '“Now.”']],
  ['quotes', ['she says.']],
] as const)('skipping %s reads %o', (skip, read) => expect(texts('“Sit,” she says. “Now.”', { skip })).toEqual(read))

test('there is a breath where speech begins and a longer one where a paragraph does', () => {
  const pauses = utterancesOf('He nods. “Come.”\n\nRain.').map((one) => one.pauseMs)
  expect(pauses[1]).toBeGreaterThan(0)
  expect(pauses[2]).toBeGreaterThan(pauses[1]!)
})

test('each sentence is read in its own language', () => {
  expect(utterancesOf('她笑了。“你好！”\n\nThe door falls shut.').map((one) => [one.text, one.lang])).toEqual([
    ['她笑了。', 'zh-CN'], ['“你好！”', 'zh-CN'], ['The door falls shut.', 'en'],
  ])
  expect(langOf('12:30')).toBe('en')
})

test('what is still being written holds its last sentence back, and nothing is told twice', () => {
  const whole = '“One.” She counts. “Two.” And *three* more steps. Done.'
  let told: string[] = []
  for (let end = 1; end <= whole.length; end += 3) {
    const now = texts(whole.slice(0, end), { open: true })
    told = [...told, ...now.slice(told.length)]
  }
  told = [...told, ...texts(whole).slice(told.length)]
  expect(told).toEqual(texts(whole))
})

test('a very long sentence is cut at a comma', () => {
  const cut = texts(`${'and on it goes, '.repeat(60)}end.`)
  expect(cut.length).toBeGreaterThan(1)
  for (const one of cut) expect(one.length).toBeLessThanOrEqual(400)
})
