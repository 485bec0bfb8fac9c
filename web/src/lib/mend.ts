/** Closes what a text still being written has opened in its last paragraph: `*She turns` is read as emphasis at once,
 * not when the closing star arrives. Only for showing; the text itself is never changed. */
export function mend(text: string): string {
  const start = text.lastIndexOf('\n\n') + 1
  const open = openMarks(text.slice(start))
  if (!open.length) return text
  const body = text.trimEnd()
  const cleaned = body.replace(/(\*+|_+|`+)$/, (run) => (open.at(-1) === run ? '' : run))
  const closing = cleaned === body ? open : open.slice(0, -1)
  return cleaned.trimEnd() + [...closing].reverse().join('') + text.slice(body.length)
}

/** The marks that stand open at the end, outermost first. */
function openMarks(paragraph: string): string[] {
  const open: string[] = []
  for (const found of paragraph.matchAll(/\\.|`+|\*+/gs)) {
    const [run] = found
    if (run.startsWith('\\')) continue
    const code = open.at(-1)?.startsWith('`')
    if (run.startsWith('`')) toggle(open, run)
    else if (!code) stars(open, run, paragraph, found.index)
  }
  return open
}

function toggle(open: string[], mark: string): void {
  if (open.at(-1) === mark) open.pop()
  else if (!open.at(-1)?.startsWith('`')) open.push(mark)
}

function stars(open: string[], run: string, paragraph: string, at: number): void {
  const closes = at > 0 && !/\s/.test(paragraph[at - 1]!)
  const next = paragraph[at + run.length]
  const opens = next === undefined || !/\s/.test(next)
  let left = run.length
  while (closes && left > 0 && open.at(-1)?.startsWith('*') && open.at(-1)!.length <= left) left -= open.pop()!.length
  if (!opens || left === 0 || left > 3) return
  if (left >= 2) open.push('**')
  if (left % 2 === 1) open.push('*')
}
