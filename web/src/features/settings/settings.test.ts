import { screen, waitFor, within } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { useLook } from '@/lib/look'
import { faults, show } from '@/testing/page'
import { fakeServer } from '@/testing/server'
import { sectionOf } from './sections'
import SettingsView from './views/SettingsView.vue'

test('members have no people to manage, and a wrong address shows the first section', () => {
  expect([sectionOf('users', true).name, sectionOf('users', false).name, sectionOf('nonsense', true).name]).toEqual(['users', 'replies', 'replies'])
})

test('theme and language change at once', async () => {
  const { user } = await show(SettingsView, { props: { section: 'appearance' } })
  await user.click(await screen.findByRole('radio', { name: 'Dark' }))
  expect(document.documentElement.classList.contains('dark')).toBe(true)
  await user.click(screen.getByLabelText('简体中文'))
  expect(useLook().language).toBe('zh-CN')
  expect(await faults()).toEqual([])
})

test('a new key is shown once and is gone with its window', async () => {
  const key = { id: 'k1', label: 'n8n', scopes: ['chat'], created_at: '2026-11-21T10:00:00Z', last_used_at: null }
  const server = fakeServer({ 'GET /api/keys': { items: [] }, 'POST /api/keys': { ...key, key: 'tvk_secret' } })
  const { user } = await show(SettingsView, { props: { section: 'keys' } })
  await user.click(await screen.findByRole('button', { name: 'New API key' }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('What is it for?'), 'n8n')
  await user.click(dialog.getByRole('checkbox', { name: 'Models' }))
  await user.click(dialog.getByRole('button', { name: 'Make key' }))
  expect(await screen.findByDisplayValue('tvk_secret')).toBeTruthy()
  expect(server.asked('POST /api/keys')[0]?.body).toEqual({ label: 'n8n', scopes: ['chat', 'characters', 'memory', 'tools', 'config', 'import'] })
  await user.click(screen.getByRole('button', { name: 'I have copied it' }))
  await waitFor(() => expect(screen.queryByDisplayValue('tvk_secret')).toBeNull())
})

test('a password is changed only when both new ones agree', async () => {
  const server = fakeServer({ 'GET /api/auth/sessions': { items: [] }, 'POST /api/auth/password': null })
  const { user } = await show(SettingsView, { props: { section: 'account' } })
  await user.type(await screen.findByLabelText('Current password'), 'lantern-1')
  await user.type(screen.getByLabelText('New password'), 'lantern-22')
  await user.type(screen.getByLabelText('New password again'), 'lantern-2')
  await user.click(screen.getByRole('button', { name: 'Change password' }))
  expect(screen.getByText('The two are not the same')).toBeTruthy()
  await user.type(screen.getByLabelText('New password again'), '2')
  await user.click(screen.getByRole('button', { name: 'Change password' }))
  await waitFor(() => expect(server.asked('POST /api/auth/password')[0]?.body).toEqual({ current: 'lantern-1', new: 'lantern-22' }))
})
