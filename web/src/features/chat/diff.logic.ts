/** A piece of two texts compared: in both, only in the first, or only in the second. */
export interface Piece {
  kind: 'same' | 'removed' | 'added'
  text: string
}

/** Beyond this the comparing is given up, and both texts are shown whole. */
const COMPARE_MS_MAX = 400

/** Two texts compared word by word; `null` when they are too far apart to be compared in good time. Loads its tool when first used. */
export async function wordsCompared(before: string, after: string, locale: string): Promise<Piece[] | null> {
  const { diffWordsWithSpace } = await import('diff')
  const segmenter = new Intl.Segmenter(locale, { granularity: 'word' })
  const changes = diffWordsWithSpace(before, after, { intlSegmenter: segmenter, timeout: COMPARE_MS_MAX })
  return changes?.map(({ value, added, removed }) => ({ kind: added ? 'added' : removed ? 'removed' : 'same', text: value })) ?? null
}

/** How much of two texts is the same, from 0 to 1. */
export function likeness(pieces: readonly Piece[]): number {
  const length = (kind: Piece['kind']) => pieces.filter((piece) => piece.kind === kind).reduce((sum, piece) => sum + piece.text.trim().length, 0)
  const all = length('same') + Math.max(length('added'), length('removed'))
  return all ? length('same') / all : 1
}
