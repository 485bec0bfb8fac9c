import type { Role } from './chat.types'

/** Shapes of what helps to find one's way in a long story: days, bookmarks, the tree, what was changed. */
export interface Day {
  /** `2026-11-21`, in the reader's time zone. */
  day: string
  /** The first message of that day on the active path. */
  message_id: string
  count: number
}

export interface BookmarkItem {
  message_id: string
  label: string | null
  role: Role
  name: string
  text: string
  created_at: string
  on_active_path: boolean
}

/** A straight run of messages, drawn as one dot. */
export interface TreeNode {
  id: string
  parent_id: string | null
  parent_variant_id?: string | null
  role: Role
  name: string
  text: string
  variants: number
  depth: number
  /** How many messages are folded into this node; at least 1. */
  run: number
  first_id: string
  last_id: string
  active: boolean
  bookmark?: { label: string | null } | string | boolean | null
}
export interface Tree {
  nodes: TreeNode[]
  truncated: boolean
}

export type ChangeState = 'done' | 'undone' | 'brought_back'
/** Something somebody did to the conversation, and whether it can be taken back. */
export interface Change {
  event_id: string
  kind: string
  /** What became of several messages at once. */
  action?: BulkAction | null
  at: string
  count: number
  role?: Role | null
  name?: string | null
  text?: string | null
  state: ChangeState
  undoable: boolean
}

export type BulkAction = 'delete' | 'restore' | 'hide' | 'show'
export const exportFormats = ['txt', 'md', 'json', 'jsonl'] as const
export type ExportFormat = (typeof exportFormats)[number]
