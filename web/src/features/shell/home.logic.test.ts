import { expect, test } from 'vitest'
import { homeOf } from './home.logic'

const nothing = { lastConversation: null, characters: 0, connections: 0, owner: true }

test.each([
  [{ ...nothing, lastConversation: 'c1' }, { name: 'chat', params: { conversationId: 'c1' } }],
  [nothing, { name: 'setup', query: { step: 'model' } }],
  [{ ...nothing, connections: 1 }, { name: 'setup', query: { step: 'character' } }],
  [{ ...nothing, connections: 1, characters: 1 }, { name: 'characters' }],
  [{ ...nothing, owner: false }, { name: 'characters' }],
])('%o leads to %o', (belongings, route) => expect(homeOf(belongings)).toEqual(route))
