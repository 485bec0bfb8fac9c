import { expect, test } from 'vitest'
import { amountOf, asKind, bodyOf, draftFrom, draftOf, emptyDraft, lacking, moved, nameOf, withPrice } from './connections.logic'

const openai = (change: object = {}) => ({ ...emptyDraft(), base_url: 'http://127.0.0.1:8080/v1', model: 'm', ...change })

test('an untouched key is not sent, a typed one is, a forgotten one is null', () => {
  expect('key' in bodyOf(openai())).toBe(false)
  expect(bodyOf(openai({ key: 'sk-1' })).key).toBe('sk-1')
  expect(bodyOf(openai({ key: 'sk-1', forgetKey: true })).key).toBeNull()
})

test('the demo asks for neither address nor model', () => {
  expect(lacking(emptyDraft('demo'))).toBeNull()
  expect(bodyOf(emptyDraft('demo'))).toEqual({ name: 'Demo', kind: 'demo', settings: emptyDraft().settings })
})

test.each([
  [{ base_url: 'ollama' }, 'base_url'],
  [{ base_url: 'ftp://x' }, 'base_url'],
  [{ model: ' ' }, 'model'],
  [{}, null],
])('with %o there lacks %s', (change, missing) => expect(lacking(openai(change))).toBe(missing))

test('a connection without a name is called after its host', () => {
  expect(nameOf(openai())).toBe('127.0.0.1:8080')
  expect(nameOf(openai({ name: ' Home ' }))).toBe('Home')
  expect(nameOf(emptyDraft())).toBe('openai')
})

test('a stored key never comes back into the form', () => {
  const draft = draftOf({ id: '1', name: 'Home', kind: 'openai', model: 'm', is_default: true, base_url: 'http://x', has_key: true, version: 3, settings: { context_tokens: 4096, reply_tokens: 200, temperature: 0.5 } } as never)
  expect(draft).toMatchObject({ key: '', forgetKey: false, settings: { context_tokens: 4096, reply_tokens: 200, temperature: 0.5 } })
})

test('a found server brings its first model along', () => {
  expect(draftFrom({ kind: 'openai', name: 'Ollama', base_url: 'http://x/v1', models: ['a', 'b'] })).toMatchObject({ name: 'Ollama', model: 'a' })
})

test('another kind brings its usual address along, but never over a typed one', () => {
  const ollama = asKind(emptyDraft(), 'ollama')
  expect(ollama.base_url).toBe('http://127.0.0.1:11434')
  expect(asKind(ollama, 'anthropic').base_url).toBe('https://api.anthropic.com/v1')
  expect(asKind(openai(), 'ollama').base_url).toBe('http://127.0.0.1:8080/v1')
})

test('a server with one model need not be told which', () => {
  expect(lacking(openai({ kind: 'koboldcpp', model: '' }))).toBeNull()
})

test.each([
  [['a', 'b', 'c'], 'c', -1, ['a', 'c', 'b']],
  [['a', 'b', 'c'], 'a', -1, ['a', 'b', 'c']],
  [['a', 'b'], 'a', 1, ['b', 'a']],
  [['a'], 'x', 1, ['a']],
] as const)('%o with %s moved by %i is %o', (order, id, by, next) => expect(moved(order, id, by)).toEqual(next))

test('prices are there once one is typed and gone when both are empty', () => {
  const priced = withPrice(null, { output_per_million: 15 })
  expect(priced).toEqual({ input_per_million: 0, output_per_million: 15, currency: 'USD' })
  expect(withPrice(priced, { currency: 'eur' })?.currency).toBe('EUR')
  expect(withPrice(priced, { output_per_million: null })).toBeNull()
})

test('small sums keep the digits that tell them apart', () => {
  expect(amountOf({ amount: '0.000312', currency: 'EUR' }, 'en')).toBe('€0.000312')
  expect(amountOf({ amount: '1', currency: 'not money' }, 'en')).toBe('1 not money')
})
