import { afterEach, expect, test, vi } from 'vitest'
import { fakeServer, problem } from '@/testing/server'
import { api, ApiProblem, body, onSignedOut, setCsrf } from './api'

afterEach(() => setCsrf(''))

test('a change carries the CSRF token and a read does not', async () => {
  const server = fakeServer({ 'GET /api/keys': { items: [] }, 'POST /api/auth/sign-out': null })
  setCsrf('token-1')
  await api.GET('/api/keys', {})
  await api.POST('/api/auth/sign-out')
  expect(server.calls.map(({ headers }) => headers.get('X-CSRF-Token'))).toEqual([null, 'token-1'])
})

test('a refusal is thrown with its code, detail and request id', async () => {
  fakeServer({ 'GET /api/keys': () => problem(409, 'stale_version', 'Somebody was faster.') })
  const thrown = await body(api.GET('/api/keys', {})).catch((error: unknown) => error)
  expect(thrown).toMatchObject({ status: 409, code: 'stale_version', detail: 'Somebody was faster.', requestId: 'req-1' })
})

test('an answer that is not JSON becomes a problem of its status', async () => {
  fakeServer({ 'GET /api/keys': () => new Response('<h1>Bad gateway</h1>', { status: 502 }) })
  await expect(api.GET('/api/keys', {})).rejects.toMatchObject({ status: 502, code: 'http_502' })
})

test('no answer at all is the problem "offline"', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  const thrown = await api.GET('/api/keys', {}).catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(ApiProblem)
  expect(thrown).toMatchObject({ status: 0, code: 'offline' })
})

test('a request that was given up stays an abort and is no word about the server', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(Object.assign(new Error('gone'), { name: 'AbortError' })))
  await expect(api.GET('/api/keys', {})).rejects.toMatchObject({ name: 'AbortError' })
})

test('401 ends the session, except where it only means a wrong password', async () => {
  fakeServer({ 'GET /api/keys': () => problem(401, 'not_signed_in'), 'POST /api/auth/sign-in': () => problem(401, 'wrong_credentials') })
  const heard = vi.fn()
  const stop = onSignedOut(heard)
  await api.POST('/api/auth/sign-in', { body: { username: 'a', password: 'b' } }).catch(() => {})
  expect(heard).not.toHaveBeenCalled()
  await api.GET('/api/keys', {}).catch(() => {})
  expect(heard).toHaveBeenCalledOnce()
  stop()
})
