import type { RouteLocationRaw } from 'vue-router'

export interface Belongings {
  lastConversation: string | null
  characters: number
  connections: number
  owner: boolean
}

/** Where `/` leads: on with the story, else to what is still missing for one. */
export function homeOf({ lastConversation, characters, connections, owner }: Belongings): RouteLocationRaw {
  if (lastConversation) return { name: 'chat', params: { conversationId: lastConversation } }
  if (owner && connections === 0) return { name: 'setup', query: { step: 'model' } }
  if (owner && characters === 0) return { name: 'setup', query: { step: 'character' } }
  return { name: 'characters' }
}
