import { screen, waitFor } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { speak } from '@/lib/i18n'
import { faults, show } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'
import SignInList from './components/SignInList.vue'

const device = (id: string, current = false) => ({ id, label: `Browser ${id}`, created_at: '2026-11-01T10:00:00Z', seen_at: '2026-11-21T10:00:00Z', current })

test('one button signs out every other device, also one that is gone already', async () => {
  const server = fakeServer({
    'GET /api/auth/sessions': { items: [device('a', true), device('b'), device('c')] },
    'DELETE /api/auth/sessions/b': () => problem(404, 'not_found'), 'DELETE /api/auth/sessions/c': null,
  })
  const { user } = await show(SignInList)
  await user.click(await screen.findByRole('button', { name: 'Sign out all other devices' }))
  await waitFor(() => expect(server.asked('DELETE /api/auth/sessions/c')).toHaveLength(1))
  expect([server.asked('DELETE /api/auth/sessions/a'), server.asked('DELETE /api/auth/sessions/b').length]).toEqual([[], 1])
  expect(await faults()).toEqual([])
})

test('whoever is alone is offered nothing to sign out', async () => {
  fakeServer({ 'GET /api/auth/sessions': { items: [device('a', true)] } })
  await show(SignInList)
  await screen.findByText('Browser a')
  expect(screen.queryByRole('button')).toBeNull()
})

test('a device is called in the reader\'s language', async () => {
  fakeServer({ 'GET /api/auth/sessions': { items: [{ ...device('a', true), label: 'Firefox on Linux' }, { ...device('b'), label: 'Unknown device' }] } })
  await show(SignInList)
  await speak('zh-CN')
  expect(await screen.findByText('Linux 上的 Firefox')).toBeTruthy()
  expect(await screen.findByText('未知设备')).toBeTruthy()
})
