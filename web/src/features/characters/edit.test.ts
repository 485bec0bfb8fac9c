import { screen, waitFor } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { faults, show } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'
import ConfirmDialog from '@/ui/ConfirmDialog.vue'
import EditView from './views/EditView.vue'

const shown = (version: number, card: object = {}) => ({
  id: '1', name: 'Aria', tags: ['sea'], avatar_url: null, creator: '', card_version: '', created_at: '', updated_at: '', favourite: false, greetings: 1, deleted: false, version,
  warnings: [], card: { name: 'Aria', description: 'Wry.', alternate_greetings: [], ...card },
})

/** A server whose card is moved on by another tab as soon as it has been read. */
function overtaken(theirs: object) {
  let reads = 0
  return fakeServer({
    'GET /api/characters/1': () => shown(reads++ === 0 ? 1 : 2, reads > 1 ? theirs : {}),
    'PATCH /api/characters/1': ({ body }) => ((body as { version: number }).version === 1 ? problem(409, 'conflict') : shown(3, (body as { card: object }).card)),
  })
}

async function edit(label: string, text: string) {
  const page = await show(EditView, { props: { id: '1' }, at: '/characters/1/edit' })
  const field = await screen.findByRole('textbox', { name: label })
  await page.user.clear(field)
  await page.user.type(field, text)
  await page.user.click(screen.getByRole('button', { name: 'Save' }))
  return page
}

test('saving sends what was touched and the version it was written on', async () => {
  const server = fakeServer({ 'GET /api/characters/1': shown(7), 'PATCH /api/characters/1': shown(8, { scenario: 'A pier.' }) })
  await edit('Scenario', 'A pier.')
  await waitFor(() => expect(server.asked('PATCH /api/characters/1')[0]?.body).toEqual({ version: 7, card: { scenario: 'A pier.' } }))
  expect(await faults()).toEqual([])
})

test('changes made elsewhere to other fields are joined without a word', async () => {
  const server = overtaken({ personality: 'theirs' })
  await edit('Description', 'Mine.')
  await waitFor(() => expect(server.asked('PATCH /api/characters/1').map(({ body }) => body)).toEqual([
    { version: 1, card: { description: 'Mine.' } }, { version: 2, card: { description: 'Mine.' } },
  ]))
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('the same field changed on both sides is a choice: mine is kept', async () => {
  const server = overtaken({ description: 'Theirs.' })
  const { user } = await edit('Description', 'Mine.')
  const question = await screen.findByRole('dialog', { name: 'This card was changed elsewhere' })
  expect(question.textContent).toContain('Description')
  await user.click(screen.getByRole('button', { name: 'Keep mine' }))
  await waitFor(() => expect(server.asked('PATCH /api/characters/1').at(-1)?.body).toEqual({ version: 2, card: { description: 'Mine.' } }))
})

test('or the other text is taken, and nothing more is sent', async () => {
  const server = overtaken({ description: 'Theirs.' })
  const { user } = await edit('Description', 'Mine.')
  await user.click(await screen.findByRole('button', { name: 'Take the other' }))
  await waitFor(() => expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Description' }).value).toBe('Theirs.'))
  expect(server.asked('PATCH /api/characters/1')).toHaveLength(1)
})

test('nobody leaves unsaved work by accident', async () => {
  fakeServer({ 'GET /api/characters/1': shown(1) })
  const { user, router } = await show(EditView, { props: { id: '1' }, at: '/characters/1/edit', beside: [ConfirmDialog] })
  await user.type(await screen.findByRole('textbox', { name: 'Description' }), ' More.')
  await user.click(screen.getByRole('link', { name: 'Back' }))
  await user.click(await screen.findByRole('button', { name: 'Cancel' }))
  expect(router.currentRoute.value.name).toBe('character-edit')
  await user.click(screen.getByRole('link', { name: 'Back' }))
  await user.click(await screen.findByRole('button', { name: 'Discard changes' }))
  await waitFor(() => expect(router.currentRoute.value.name).toBe('character'))
})
