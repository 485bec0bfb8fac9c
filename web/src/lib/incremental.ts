import type { Token } from 'markdown-it'
import { mend } from './mend'

/** Markdown that grows at its end, at a cost that does not grow with it.
 *
 * Only the unfinished tail is parsed again. A top-level block is frozen once the line that opens the next block is
 * complete: `#` or a fence followed by a backtick would otherwise be misread. An open fence is shown as plain text and
 * never re-parsed; a long list gives away its finished items. `finish` renders the whole again when the pieces could
 * differ from it (a list that was cut).
 */
export interface Block {
  key: number
  html: string
}
export type Tail = { kind: 'html'; html: string } | { kind: 'code'; text: string; language: string }

export interface Renderer {
  parse: (text: string) => Token[]
  render: (text: string, open: boolean) => string
}

/** Items of a list that are kept together while it grows; beyond them the finished ones are frozen. */
const LIST_ITEMS_MAX = 6

interface Fence {
  marker: string
  language: string
}

export class IncrementalMarkdown {
  readonly blocks: Block[] = []
  tail: Tail = { kind: 'html', html: '' }
  private seen = ''
  private from = 0
  private fence: Fence | null = null
  private cutList = false

  constructor(private readonly renderer: Renderer) {}

  /** Takes the whole text so far. Text that does not continue what was seen begins anew. */
  update(full: string): void {
    if (!full.startsWith(this.seen)) this.reset()
    this.seen = full
    if (this.fence && !this.fenceEnds()) return this.showFence()
    this.fence = null
    this.freeze()
    this.showTail()
  }

  /** The text is complete: its last block is rendered without mending, and the whole anew if a list was cut. */
  finish(full: string): void {
    this.update(full)
    if (this.cutList) {
      this.reset()
      this.seen = full
    }
    this.fence = null
    this.tail = { kind: 'html', html: this.renderer.render(this.rest, false) }
  }

  /** All of it anew, because what it is rendered with has changed. */
  redo(full: string): void {
    this.reset()
    this.finish(full)
  }

  private get rest(): string {
    return this.seen.slice(this.from)
  }

  private reset(): void {
    this.blocks.length = 0
    this.from = 0
    this.seen = ''
    this.fence = null
    this.cutList = false
  }

  private freeze(): void {
    const rest = this.rest
    const tokens = this.renderer.parse(rest)
    const starts = lineStarts(rest)
    const opens = (token: Token) => token.map && starts[token.map[0] + 1] !== undefined
    const tops = tokens.filter((token) => token.level === 0 && token.nesting >= 0 && token.map)
    let last = tops.at(-1)
    if (!last) return
    if (!opens(last)) last = tops.at(-2)
    if (last) this.cutAt(rest, starts, last.map![0])
    const items = last && /list_open$/.test(last.type) && last === tops.at(-1) ? itemsOf(tokens, last) : []
    if (items.length > LIST_ITEMS_MAX) this.freezeItems(rest, starts, last!, items.filter(opens))
  }

  /** Everything before the line `to` is frozen as one piece. */
  private cutAt(rest: string, starts: number[], to: number): void {
    if (to <= 0) return
    const done = rest.slice(0, starts[to])
    if (done.trim()) this.blocks.push({ key: this.from, html: this.renderer.render(done, false) })
    this.from += starts[to]!
  }

  private freezeItems(rest: string, starts: number[], list: Token, items: Token[]): void {
    const base = starts[list.map![0]]!
    const last = items.at(-1)
    if (!last || last.map![0] <= list.map![0]) return
    const to = starts[last.map![0]]!
    this.blocks.push({ key: this.from, html: this.renderer.render(rest.slice(base, to), false) })
    this.from += to - base
    this.cutList = true
  }

  private showTail(): void {
    const rest = this.rest
    this.fence = openFence(rest, this.renderer.parse)
    if (this.fence) return this.showFence()
    this.tail = { kind: 'html', html: rest.trim() ? this.renderer.render(mend(rest), true) : '' }
  }

  private fenceEnds(): boolean {
    const { marker } = this.fence!
    return new RegExp(`\\n {0,3}${marker[0]}{${marker.length},}[ \\t]*\\n`).test(this.rest)
  }

  private showFence(): void {
    const { marker, language } = this.fence!
    const body = this.rest.slice(this.rest.indexOf('\n') + 1)
    const closing = new RegExp(`(^|\\n) {0,3}${marker[0]}{1,}[ \\t]*$`)
    this.tail = { kind: 'code', text: body.replace(closing, '$1'), language }
  }
}

/** Offsets at which the lines of a text begin; a line is there once the one before it has ended. */
function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function itemsOf(tokens: readonly Token[], list: Token): Token[] {
  return tokens.slice(tokens.indexOf(list)).filter((token) => token.type === 'list_item_open' && token.level === 1)
}

/** The fence a text consists of, when it has begun and not ended. */
function openFence(rest: string, parse: Renderer['parse']): Fence | null {
  if (!/^\s*(```|~~~)/.test(rest) || !rest.trimStart().includes('\n')) return null
  const fence = parse(rest).find((token) => token.level === 0)
  if (fence?.type !== 'fence') return null
  const closed = new RegExp(`\\n {0,3}${fence.markup[0]}{${fence.markup.length},}[ \\t]*\\s*$`).test(rest)
  return closed ? null : { marker: fence.markup, language: fence.info.trim().split(/\s+/)[0] ?? '' }
}
