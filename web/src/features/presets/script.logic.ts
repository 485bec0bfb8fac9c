export interface Stretch { text: string; hit: boolean }

/** A text cut where something was found. Places count characters as people do, not halves of a pair. */
export function cutAt(text: string, matches: readonly { start: number; end: number }[]): Stretch[] {
  const letters = [...text]
  const stretches: Stretch[] = []
  let at = 0
  for (const { start, end } of matches) {
    if (start < at || end <= start) continue
    if (start > at) stretches.push({ text: letters.slice(at, start).join(''), hit: false })
    stretches.push({ text: letters.slice(start, end).join(''), hit: true })
    at = end
  }
  if (at < letters.length) stretches.push({ text: letters.slice(at).join(''), hit: false })
  return stretches
}
