import { expect, test } from 'vitest'
import { bodyOf, draftFrom, draftOf, emptyDraft, lacking, nameOf } from './connections.logic'

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
