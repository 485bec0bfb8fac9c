import { screen, waitFor } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { setCsrf } from '@/lib/api'
import { useSession } from '@/lib/session'
import { faults, show } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'
import { nextOf, passwordFault } from './auth.logic'
import LoginView from './views/LoginView.vue'

test.each([
  ['/characters?q=x', '/characters?q=x'], ['//evil.example', '/'], ['/\\evil.example', '/'], ['https://evil.example', '/'], [undefined, '/'], [['/a'], '/'],
])('after signing in %s leads to %s', (asked, leads) => expect(nextOf(asked)).toBe(leads))

test('a password is long enough and typed the same twice', () => {
  expect([passwordFault('short'), passwordFault('lantern-1', 'lantern-2'), passwordFault('lantern-1')]).toEqual(['short', 'differs', null])
})

async function signIn(): Promise<Awaited<ReturnType<typeof show>>> {
  const page = await show(LoginView, { at: '/login?next=/characters' })
  await page.user.type(screen.getByLabelText('Name'), 'marta')
  await page.user.type(screen.getByLabelText('Password'), 'lantern-1')
  await page.user.click(screen.getByRole('button', { name: 'Sign in' }))
  return page
}

test('a right password leads where one wanted to go', async () => {
  const server = fakeServer({ 'POST /api/auth/sign-in': { user: { id: 'u1', username: 'marta', role: 'owner' }, csrf_token: 'token-1' } })
  const { router } = await signIn()
  await waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/characters'))
  expect(server.calls[0]?.body).toEqual({ username: 'marta', password: 'lantern-1' })
  expect(useSession().csrf).toBe('token-1')
  setCsrf('')
})

test('a wrong password is said in words and can be typed again', async () => {
  fakeServer({ 'POST /api/auth/sign-in': () => problem(401, 'wrong_credentials') })
  await signIn()
  expect((await screen.findByRole('alert')).textContent).toContain('Name or password is not right')
  expect(screen.getByLabelText<HTMLInputElement>('Password').value).toBe('')
  expect(await faults()).toEqual([])
})
