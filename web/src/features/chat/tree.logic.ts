import type { TreeNode } from './log.types'

/** A node in its place in the picture. The line that is read stays in its lane; what branches off stands beside it. */
export interface TreeRow {
  node: TreeNode
  /** From 0, left to right. */
  lane: number
  /** Index of the row it hangs on; -1 for a beginning. */
  parent: number
  /** The leaf that is read when this node is chosen. */
  leaf: string
}

/** Rows from the beginning down: at each fork first what branches off, then the line that goes on. */
export function rowsOfTree(nodes: readonly TreeNode[]): TreeRow[] {
  const known = new Set(nodes.map((node) => node.id))
  const below = new Map<string | null, TreeNode[]>()
  for (const node of nodes) {
    const parent = node.parent_id !== null && known.has(node.parent_id) ? node.parent_id : null
    below.set(parent, [...(below.get(parent) ?? []), node])
  }
  const rows: TreeRow[] = []
  // A stack instead of recursion: a story of 10,000 forks is deeper than a call stack.
  const stack = lanesOf(below.get(null) ?? [], 0).map((one) => ({ ...one, parent: -1 }))
  for (let next = stack.shift(); next; next = stack.shift()) {
    const { node, lane, parent } = next
    const at = rows.push({ node, lane, parent, leaf: leafOf(node, below) }) - 1
    stack.unshift(...lanesOf(below.get(node.id) ?? [], lane).map((one) => ({ ...one, parent: at })))
  }
  return rows
}

/** The one that goes on: the line that is read, else the newest. Ids grow with time. */
const mainOf = (nodes: readonly TreeNode[]): TreeNode | undefined =>
  nodes.find((node) => node.active) ?? nodes.toSorted((a, b) => (a.last_id < b.last_id ? 1 : -1))[0]

function lanesOf(nodes: readonly TreeNode[], lane: number): { node: TreeNode; lane: number }[] {
  const main = mainOf(nodes)
  const beside = nodes.filter((node) => node !== main).map((node) => ({ node, lane: lane + 1 }))
  return main ? [...beside, { node: main, lane }] : []
}

function leafOf(node: TreeNode, below: ReadonlyMap<string | null, TreeNode[]>): string {
  let last = node
  for (let next = mainOf(below.get(last.id) ?? []); next; next = mainOf(below.get(last.id) ?? [])) last = next
  return last.last_id
}

export const countOf = (nodes: readonly TreeNode[]): { messages: number; endings: number } => {
  const parents = new Set(nodes.map((node) => node.parent_id))
  return { messages: nodes.reduce((sum, node) => sum + node.run, 0), endings: nodes.filter((node) => !parents.has(node.id)).length }
}
