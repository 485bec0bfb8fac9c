import { expect, test } from 'vitest'
import type { Character, ImportResult } from '@/api/shapes'
import { changedFields, changeOf, contested, formOf, rebased } from './card-form.logic'
import { byConcern, bylineOf, handfuls, isPlain, roughTokens, spoken, tallyOf } from './characters.logic'

const result = (status: ImportResult['status'], warnings: string[] = []): ImportResult => ({ filename: 'a.png', status, character_id: null, name: null, code: null, message: null, warnings })
const form = (change: object = {}) => ({ ...formOf({ card: { name: 'Aria', description: 'wry' }, tags: ['sea'] } as unknown as Character), ...change })

test('an import is counted by outcome, and only a spotless one is plain', () => {
  expect(tallyOf([result('imported'), result('refused'), result('imported')])).toEqual({ imported: 2, duplicate: 0, refused: 1 })
  expect([isPlain([result('imported')]), isPlain([result('imported', ['x'])]), isPlain([result('duplicate')])]).toEqual([true, false, false])
})

test('what needs a look stands first in a report', () => {
  const mixed = [result('imported'), result('duplicate'), result('imported', ['x']), result('refused')]
  expect(byConcern(mixed)).toEqual([mixed[3], mixed[2], mixed[1], mixed[0]])
})

test('a thousand files go in handfuls', () => {
  expect(handfuls([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
})

test('names are put into a text as they are written, in the old form too', () => {
  expect(spoken('{{char}} sees {{User}}, <BOT> nods to <USER>', { char: '$& Aria', user: 'Marta' })).toBe('$& Aria sees Marta, $& Aria nods to Marta')
})

test('a byline leaves out what is not there', () => {
  expect(bylineOf({ creator: '', tags: ['a', 'b', 'c', 'd'] })).toBe('a, b, c')
  expect(bylineOf({ creator: 'moth', tags: [] })).toBe('moth')
})

test('a CJK character counts for one token, four letters for one', () => {
  expect(roughTokens('雨夜')).toBe(2)
  expect(roughTokens('abcdefgh')).toBe(2)
})

test('a form has every field and shares none with the card', () => {
  const tags = ['sea']
  const mine = formOf({ card: { name: 'Aria' }, tags } as unknown as Character)
  mine.tags.push('new')
  expect(mine.first_mes).toBe('')
  expect(tags).toEqual(['sea'])
})

test('only what was touched is sent, tags beside the card, empty greetings not at all', () => {
  const after = form({ name: ' Aria ', tags: ['sea', 'slow'], alternate_greetings: ['Hello', '  '] })
  expect(changedFields(form(), after)).toEqual(['name', 'alternate_greetings', 'tags'])
  expect(changeOf(form(), after)).toEqual({ card: { name: 'Aria', alternate_greetings: ['Hello'] }, tags: ['sea', 'slow'] })
  expect(changeOf(form(), form())).toEqual({})
})

test('two sides quarrel only over fields that both changed to different texts', () => {
  const mine = form({ description: 'mine', personality: 'same', scenario: 'only mine' })
  const theirs = form({ description: 'theirs', personality: 'same', first_mes: 'only theirs' })
  expect(contested({ base: form(), mine, theirs })).toEqual(['description'])
  expect(rebased({ base: form(), mine, theirs })).toMatchObject({ description: 'mine', scenario: 'only mine', first_mes: 'only theirs' })
})
