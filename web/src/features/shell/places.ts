import { BookOpenText, MessageSquareText, Plug, Settings, SlidersHorizontal, UserRoundCog, Users, UsersRound } from '@lucide/vue'
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

export interface Shelf {
  name: 'characters' | 'groups' | 'personas' | 'worlds' | 'presets'
  icon: Component
}

/** What stands together under the place "characters": all that a story is made of. Each is also its route's name. */
export const shelves: readonly Shelf[] = [
  { name: 'characters', icon: Users },
  { name: 'groups', icon: UsersRound },
  { name: 'personas', icon: UserRoundCog },
  { name: 'worlds', icon: BookOpenText },
  { name: 'presets', icon: SlidersHorizontal },
]
