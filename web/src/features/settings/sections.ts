import { Info, KeyRound, Palette, Server, Shield, SlidersHorizontal, Users, Volume2 } from '@lucide/vue'
import type { Component } from 'vue'

export interface Section {
  name: 'replies' | 'appearance' | 'speech' | 'account' | 'keys' | 'users' | 'server' | 'about'
  icon: Component
  ownersOnly?: boolean
}

export const sections: readonly Section[] = [
  { name: 'replies', icon: SlidersHorizontal },
  { name: 'appearance', icon: Palette },
  { name: 'speech', icon: Volume2 },
  { name: 'account', icon: Shield },
  { name: 'keys', icon: KeyRound },
  { name: 'users', icon: Users, ownersOnly: true },
  { name: 'server', icon: Server, ownersOnly: true },
  { name: 'about', icon: Info },
]

/** The section an address names, when this person may see it; else the first. */
export function sectionOf(asked: string | undefined, owner: boolean): Section {
  const visible = sections.filter((section) => owner || !section.ownersOnly)
  return visible.find(({ name }) => name === asked) ?? visible[0]!
}
