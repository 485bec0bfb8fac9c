import { expect, test } from 'vitest'
import { fakeServer } from '@/testing/server'
import { listVariants } from './chat.api'

test('variants are read to the last page, however few a page holds', async () => {
  const pages: Record<string, object> = {
    '': { items: [{ id: 'a' }], next_cursor: 'one' }, one: { items: [{ id: 'b' }], next_cursor: 'two' }, two: { items: [{ id: 'c' }], next_cursor: null },
  }
  fakeServer({ 'GET /api/messages/m/variants': ({ url }) => pages[url.searchParams.get('cursor') ?? ''] ?? null })
  const { items } = await listVariants({ id: 'm', conversation_id: 'c' } as Parameters<typeof listVariants>[0])
  expect(items.map((one) => one.id)).toEqual(['a', 'b', 'c'])
})
