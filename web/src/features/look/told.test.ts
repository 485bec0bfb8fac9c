import { expect, test } from 'vitest'
import { backdropOf, styleOf, type Told } from './told.logic'

const said = (path: string, value: unknown, type: string): Told => ({ values: { [path]: value }, sources: { [path]: { type } } })

test.each([
  [undefined, 'bubbles', 'bubbles'],
  [said('/chat/style', 'novel', 'conversation'), 'bubbles', 'novel'],
  [said('/chat/style', 'novel', 'character'), 'flat', 'novel'],
  [said('/chat/style', 'novel', 'user'), 'bubbles', 'bubbles'],
  [said('/chat/style', 'novel', 'user'), 'flat', 'novel'],
  [said('/chat/style', 'comic', 'conversation'), 'document', 'document'],
] as const)('%o on a device of %s is set as %s', (told, device, style) => expect(styleOf(told, device)).toBe(style))

test.each([
  [undefined, '/api/characters/c/background?v=1'],
  [said('/chat/background', 'none', 'conversation'), null],
  [said('/chat/background', '/api/characters/d/background?v=2', 'conversation'), '/api/characters/d/background?v=2'],
  [said('/chat/background', 'https://elsewhere.example/x.png', 'conversation'), '/api/characters/c/background?v=1'],
])('%o shows %s', (told, shown) => expect(backdropOf(told, '/api/characters/c/background?v=1')).toBe(shown))
