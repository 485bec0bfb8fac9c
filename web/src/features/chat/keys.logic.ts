import { commandKey as command } from '@/lib/command-key'
import type { DeedKey } from './composables/message-deeds'

/** How a key is written on it. */
const names: Record<string, string> = { Delete: 'Del' }
export const nameOfKey = (key: DeedKey): string => names[key] ?? key.toUpperCase()

export interface KeyRow {
  /** Of `chat.key`. */
  name: string
  keys: readonly string[]
}
/** All keys of the chat's screen, as the list of keys and the documentation show them. */
export const KEY_GROUPS: readonly { name: 'write' | 'read' | 'message' | 'choose'; rows: readonly KeyRow[] }[] = [
  { name: 'write', rows: [
    { name: 'focus', keys: ['/'] }, { name: 'send', keys: ['Enter'] }, { name: 'newline', keys: ['Shift', 'Enter'] },
    { name: 'stop', keys: ['Esc'] }, { name: 'edit_last', keys: ['↑'] }, { name: 'save', keys: [command, 'Enter'] },
  ] },
  { name: 'read', rows: [
    { name: 'walk', keys: ['J', 'K'] }, { name: 'ends', keys: ['Home', 'End'] }, { name: 'versions', keys: ['←', '→'] },
    { name: 'days', keys: ['D'] }, { name: 'bookmarks', keys: ['M'] }, { name: 'tree', keys: ['T'] }, { name: 'history', keys: ['Y'] },
    { name: 'undo', keys: [command, 'Z'] }, { name: 'redo', keys: [command, 'Shift', 'Z'] }, { name: 'find', keys: [command, 'K'] }, { name: 'help', keys: ['?'] },
  ] },
  { name: 'message', rows: [
    { name: 'edit', keys: ['E'] }, { name: 'again', keys: ['R'] }, { name: 'go_on', keys: ['G'] }, { name: 'branch', keys: ['N'] }, { name: 'copy', keys: ['C'] },
    { name: 'bookmark', keys: ['B'] }, { name: 'compare', keys: ['V'] }, { name: 'why', keys: ['W'] }, { name: 'hide', keys: ['H'] }, { name: 'delete', keys: ['Del'] },
  ] },
  { name: 'choose', rows: [
    { name: 'select', keys: ['X'] }, { name: 'toggle', keys: ['Space'] }, { name: 'range', keys: ['Shift', 'J / K'] }, { name: 'leave', keys: ['Esc'] },
  ] },
]
