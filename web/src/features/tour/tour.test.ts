import { screen } from '@testing-library/vue'
import { expect, test } from 'vitest'
import { faults, show } from '@/testing/page'
import TourCards from './components/TourCards.vue'
import { useTour } from './tour.store'

test('the tour waits until it is asked for, has four cards, and ends by itself', async () => {
  const { user } = await show(TourCards)
  expect(screen.queryByRole('complementary')).toBeNull()
  useTour().begin()
  for (const title of ['Meet somebody', 'Nothing is final', 'Your models', 'Coming from SillyTavern?']) {
    expect(await screen.findByRole('heading', { name: title })).toBeTruthy()
    expect(await faults()).toEqual([])
    await user.click(screen.getByRole('button', { name: /Next|Begin/ }))
  }
  expect(screen.queryByRole('complementary')).toBeNull()
})

test('skipped once, it stays away when the page is opened again', async () => {
  const first = await show(TourCards)
  useTour().begin()
  await first.user.click(await screen.findByRole('button', { name: 'Skip the tour' }))
  first.unmount()
  await show(TourCards)
  expect(useTour().at).toBe(null)
})
