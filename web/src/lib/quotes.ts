import type { Token } from 'markdown-it'

/** Spoken lines in the colour of speech, as a core rule over inline tokens.
 *
 * An inline rule cannot do it: `"` is not a character at which markdown-it's text rule stops. A quotation is marked when
 * both ends stand in the same element, so that the spans nest; with `open`, one that has not ended yet is marked to the
 * end of its paragraph, which a reply being written needs.
 */
const CLOSERS: Record<string, string> = { '"': '"', '“': '”', '„': '“', '«': '»', '「': '」', '『': '』', '＂': '＂' }
const NESTING = new Set(['「', '『', '“', '«'])

interface Place {
  token: number
  at: number
}
interface Quotation {
  start: Place
  opener: string
  closer: string
  depth: number
}
interface Mark extends Place {
  kind: 'open' | 'close'
}

const isSpace = (char: string | undefined): boolean => char === undefined || /\s/.test(char)

class Scanner {
  readonly marks: Mark[] = []
  private readonly levels: (Quotation | null)[] = [null]

  constructor(private readonly children: readonly Token[]) {}

  scan(open: boolean): Mark[] {
    this.children.forEach((child, token) => {
      if (child.nesting === 1) this.levels.push(null)
      else if (child.nesting === -1 && this.levels.length > 1) this.levels.pop()
      else if (child.type === 'text') this.text(child.content, token)
    })
    const unfinished = this.levels.length === 1 ? this.levels[0] : null
    if (open && unfinished) this.span(unfinished, { token: this.children.length, at: 0 })
    return this.marks
  }

  private text(content: string, token: number): void {
    for (let at = 0; at < content.length; at += 1) this.char(content, at, token)
  }

  private char(content: string, at: number, token: number): void {
    const char = content[at]!
    const current = this.levels.at(-1)
    if (current) {
      if (NESTING.has(char) && char === current.opener) current.depth += 1
      else if (char === current.closer && !this.opensAgain(content, at, char) && --current.depth === 0) {
        this.span(current, { token, at: at + 1 })
        this.levels[this.levels.length - 1] = null
      }
      return
    }
    const closer = CLOSERS[char]
    if (!closer || this.levels.some(Boolean) || (closer === char && isSpace(content[at + 1]) && at + 1 < content.length)) return
    this.levels[this.levels.length - 1] = { start: { token, at }, opener: char, closer, depth: 1 }
  }

  /** `he said "well "` – a straight quote after a space and before a letter begins, it does not end. */
  private opensAgain(content: string, at: number, char: string): boolean {
    return char === '"' && at > 0 && isSpace(content[at - 1]) && !isSpace(content[at + 1])
  }

  private span(quotation: Quotation, end: Place): void {
    this.marks.push({ ...quotation.start, kind: 'open' }, { ...end, kind: 'close' })
  }
}

type MakeToken = (type: string, tag: string, nesting: -1 | 0 | 1) => Token

function markToken(make: MakeToken, kind: Mark['kind']): Token {
  const token = make(kind === 'open' ? 'quote_open' : 'quote_close', 'span', kind === 'open' ? 1 : -1)
  if (kind === 'open') token.attrSet('class', 'q')
  return token
}

function cut(child: Token, marks: readonly Mark[], make: MakeToken): Token[] {
  const parts: Token[] = []
  let from = 0
  const piece = (to: number) => {
    if (to <= from) return
    const text = make('text', '', 0)
    text.content = child.content.slice(from, to)
    parts.push(text)
  }
  for (const mark of marks) {
    piece(mark.at)
    from = Math.max(from, mark.at)
    parts.push(markToken(make, mark.kind))
  }
  piece(child.content.length)
  return parts
}

/** The children of one inline token with speech marked. */
export function markQuotes(children: Token[], make: MakeToken, open = false): Token[] {
  const marks = new Scanner(children).scan(open)
  if (!marks.length) return children
  const at = (index: number) => marks.filter((mark) => mark.token === index)
  const parts = children.flatMap((child, index) => {
    const here = at(index)
    return here.length ? cut(child, here, make) : [child]
  })
  return [...parts, ...at(children.length).map((mark) => markToken(make, mark.kind))]
}
