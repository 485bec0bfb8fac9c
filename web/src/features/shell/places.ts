import { MessageSquareText, Plug, Settings, Users } from '@lucide/vue'
import type { Component } from 'vue'
import type { RouteLocationRaw } from 'vue-router'

export interface Place {
  name: 'chat' | 'characters' | 'connections' | 'settings'
  icon: Component
  to: RouteLocationRaw
}

/** What the rail and the phone's tabs show. A place stands here when its area exists. */
export const places: readonly Place[] = [
  { name: 'chat', icon: MessageSquareText, to: { name: 'chats' } },
  { name: 'characters', icon: Users, to: { name: 'characters' } },
  { name: 'connections', icon: Plug, to: { name: 'connections' } },
  { name: 'settings', icon: Settings, to: { name: 'settings' } },
]
