import { expect, test } from 'vitest'
import { contested, rebased } from './draft.logic'
import { added, canBeThrownAway, edited, moved, placed, rowsOf, spareOf, switched, thrownAway, unplaced } from './prompts.logic'
import { isPlain, repliesOf, usable, withReplies } from './quick.logic'
import { cutAt } from './script.logic'
import type { Data } from './presets.types'

const preset: Data = {
  temperature: 1, prompts: [{ identifier: 'main', name: 'Main', content: 'Write.', system_prompt: true, extra: 7 }, { identifier: 'mine', name: 'Mine', content: 'Rain.' }],
  prompt_order: [{ character_id: 100000, order: [{ identifier: 'old', enabled: true }] }, { character_id: 100001, order: [{ identifier: 'main', enabled: true }, { identifier: 'gone', enabled: true }, { identifier: 'chatHistory', enabled: true }, { identifier: 'mine', enabled: false }], note: 'kept' }],
}
const ids = (data: Data) => rowsOf(data).map(({ prompt }) => prompt.identifier)

test('prompts stand in the order that holds for everybody; places without a prompt are not shown', () => {
  expect(ids(preset)).toEqual(['main', 'chatHistory', 'mine'])
  expect(rowsOf(preset)[2]!.enabled).toBe(false)
  expect(ids({})[0]).toBe('main')
  expect(rowsOf({})).toHaveLength(12)
})

test('moving, switching and taking out write our list only, and keep what else is in the file', () => {
  const after = moved(preset, 'mine', -2)
  expect(ids(after)).toEqual(['mine', 'main', 'chatHistory'])
  expect(after.prompt_order).toMatchObject([{ character_id: 100000, order: [{ identifier: 'old' }] }, { note: 'kept', order: [{ identifier: 'mine' }, { identifier: 'main' }, { identifier: 'gone' }, { identifier: 'chatHistory' }] }])
  expect(moved(preset, 'main', -1)).toBe(preset)
  expect(rowsOf(switched(preset, 'mine', true))[2]!.enabled).toBe(true)
  expect(ids(placed(unplaced(preset, 'main'), 'main'))).toEqual(['chatHistory', 'mine', 'main'])
  expect(spareOf(preset).map(({ identifier }) => identifier)).toContain('scenario')
})

test('a prompt is edited in its place; a built-in one is written down when it is first changed', () => {
  expect(edited(preset, 'main', { role: 'user' }).prompts).toMatchObject([{ identifier: 'main', role: 'user', extra: 7 }, { identifier: 'mine' }])
  expect((edited({}, 'jailbreak', { content: 'End.' }).prompts as object[])).toMatchObject([{ identifier: 'jailbreak', content: 'End.', system_prompt: true }])
})

test('own prompts are made and thrown away, built-in ones only taken out', () => {
  const more = added(preset, 'new', 'Weather')
  expect(ids(more).at(-1)).toBe('new')
  expect(ids(thrownAway(more, 'new'))).toEqual(ids(preset))
  expect(rowsOf(preset).map(({ prompt }) => canBeThrownAway(prompt))).toEqual([false, false, true])
})

test('quick replies are read in both forms and written back in the one they came in', () => {
  const old: Data = { name: 'Old', quickReplySlots: [{ label: 'Hi', mes: 'Hello.', hidden: false, contextMenu: [] }] }
  expect(repliesOf(old)[0]).toMatchObject({ label: 'Hi', message: 'Hello.' })
  expect(withReplies(old, repliesOf(old)).quickReplySlots).toEqual([{ label: 'Hi', mes: 'Hello.', hidden: false, contextMenu: [] }])
  expect(withReplies({}, [{ label: 'a', message: 'b' }])).toEqual({ qrList: [{ label: 'a', message: 'b' }] })
})

test.each([['I wait.', true], ['', false], ['/roll 1d6', false], ['Hello\n/send x', false], ['one | /two', false], ['and/or', true]])('%j is plain text: %s', (message, plain) => expect(isPlain(message)).toBe(plain))

test('only plain, shown replies with a name become buttons', () => {
  expect(usable({ qrList: [{ label: 'A', message: 'x' }, { label: 'B', message: '/x' }, { label: 'C', message: 'x', isHidden: true }, { label: ' ', message: 'x' }] }).map(({ label }) => label)).toEqual(['A'])
})

test('a text is cut by whole characters where something was found', () => {
  expect(cutAt('😀 a b', [{ start: 2, end: 3 }])).toEqual([{ text: '😀 ', hit: false }, { text: 'a', hit: true }, { text: ' b', hit: false }])
})

test('two writers of a preset are joined key by key', () => {
  const base = { name: 'P', data: { a: 1, b: 1, c: 1 } as Data }
  const mine = { name: 'P', data: { a: 2, b: 2 } as Data }
  const theirs = { name: 'Q', data: { a: 1, b: 3, c: 1, d: 1 } as Data }
  expect(contested({ base, mine, theirs })).toEqual(['b'])
  expect(rebased({ base, mine, theirs })).toEqual({ name: 'Q', data: { a: 2, b: 2, d: 1 } })
})
