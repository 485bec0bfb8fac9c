const HITS_MAX = 200

/** The words of a search, longest first, as a pattern; empty when there is nothing to find. */
export function patternOf(query: string): RegExp | null {
  const words = [...query.matchAll(/"([^"]+)"|(\S+)/g)].map((found) => (found[1] ?? found[2])!.replace(/[*]+$/, '').trim()).filter(Boolean)
  if (!words.length) return null
  const escaped = words.sort((a, b) => b.length - a.length).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(escaped.join('|'), 'giu')
}

/** Where the words of a search stand inside an element; a word that is torn by markup is found in none of its parts. */
export function hitsIn(element: Element, query: string): Range[] {
  const pattern = patternOf(query)
  if (!pattern) return []
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const ranges: Range[] = []
  for (let node = walker.nextNode(); node && ranges.length < HITS_MAX; node = walker.nextNode()) {
    for (const found of (node.nodeValue ?? '').matchAll(pattern)) {
      const range = new Range()
      range.setStart(node, found.index)
      range.setEnd(node, found.index + found[0].length)
      ranges.push(range)
    }
  }
  return ranges
}
