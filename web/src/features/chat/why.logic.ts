import type { EventFrame, Plan, PlanPart } from './chat.types'

export type TimelineItem = Omit<EventFrame, 'type'>

/** The colour of each source; the word always stands beside it. */
const COLOURS: Record<string, string> = {
  main: 'bg-info', preset: 'bg-info', control: 'bg-info', nudge: 'bg-info', instruction: 'bg-info', post_history: 'bg-info',
  persona: 'bg-ok', character: 'bg-accent', examples: 'bg-accent-ink', lore: 'bg-warn', note: 'bg-bad', injection: 'bg-bad',
  history: 'bg-soft', greeting: 'bg-soft',
}
export const colourOf = (source: string): string => COLOURS[source] ?? 'bg-faint'

export interface Segment {
  id: string
  colour: string
  /** Of the context, in percent. */
  share: number
}

/** The bar over the parts: each part's share of the context, and what is kept for the reply. */
export function segmentsOf(plan: Plan): Segment[] {
  const sum = plan.parts.reduce((total, part) => total + part.tokens, 0)
  const room = plan.context_tokens || sum + (plan.reply_tokens ?? 0) || 1
  const parts = plan.parts.map((part, index) => ({ id: `${part.id}-${index}`, colour: colourOf(part.source), share: (100 * part.tokens) / room }))
  return [...parts, { id: 'reply', colour: 'bg-line', share: (100 * (plan.reply_tokens ?? 0)) / room }]
}

/** Sources of which there is only one; their name follows the reader's language. */
const ALONE = new Set(['history', 'main', 'instruction'])
export const titleOf = (part: Pick<PlanPart, 'title' | 'source'>, words: (source: string) => string): string =>
  ALONE.has(part.source) || !part.title ? words(part.source) : part.title

/** A title of ours as its words are kept: "Example 3" is `example` with 3. */
export function slugOf(title: string): { name: string; n: string } {
  const [, words = title, n = ''] = /^(Example) (\d+)$/.exec(title) ?? []
  return { name: words.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, ''), n }
}

export interface EventRow {
  event: TimelineItem
  depth: number
  /** Index of the row it hangs on; -1: none. */
  parent: number
}

/** Events as a tree in the order of time: each below what caused it, one step to the right. */
export function treeOf(events: readonly TimelineItem[]): EventRow[] {
  const byId = new Map(events.map((event) => [event.id, event]))
  const below = new Map<string | null, TimelineItem[]>()
  for (const event of [...events].sort((a, b) => a.position - b.position)) {
    const above = event.cause && byId.has(event.cause) ? event.cause : null
    below.set(above, [...(below.get(above) ?? []), event])
  }
  const rows: EventRow[] = []
  const walk = (above: string | null, depth: number, parent: number): void => {
    for (const event of below.get(above) ?? []) {
      rows.push({ event, depth, parent })
      walk(event.id, depth + 1, rows.length - 1)
    }
  }
  walk(null, 0, -1)
  return rows
}

/** Rows from this one up to its first cause. */
export function ancestry(rows: readonly EventRow[], index: number): Set<number> {
  const found = new Set<number>()
  for (let at = index; at >= 0; at = rows[at]?.parent ?? -1) found.add(at)
  return found
}

const TONES: readonly [RegExp, string][] = [
  [/failed|expired/, 'bad'], [/cancelled|interrupted|retry|deleted/, 'warn'], [/done|completed/, 'ok'], [/plan|route|started/, 'info'],
]
export const toneOf = (kind: string): string => TONES.find(([pattern]) => pattern.test(kind))?.[1] ?? 'soft'

type Told = Record<string, unknown>

const GISTS: Record<string, (told: Told) => unknown> = {
  'plan.made': (told) => {
    const plan = (told.plan ?? told) as Told
    return `${plan.prompt_tokens ?? '?'} / ${plan.context_tokens ?? '?'}`
  },
  'route.chosen': (told) => [told.connection, told.model].filter(Boolean).join(' · '),
  'message.added': (told) => (told.variants as { text: string }[] | undefined)?.[Number(told.selected ?? 0)]?.text || told.name,
}

/** One line about an event, from its payload alone. */
export function gistOf({ kind, payload }: TimelineItem): string {
  const text = GISTS[kind]?.(payload) ?? payload.text ?? payload.title ?? payload.detail ?? payload.name
  return typeof text === 'string' ? text : ''
}

/** `user:<id>` → user; `worker:<id>` → worker. */
export const actorOf = (actor: TimelineItem['actor']): string =>
  (typeof actor === 'string' ? actor : (actor.kind ?? '')).split(':')[0] || 'system'
