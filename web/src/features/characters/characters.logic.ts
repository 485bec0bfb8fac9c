import type { ImportResult } from '@/api/shapes'

/** What the import and the file picker take. The server looks inside; this only helps to choose. */
export const cardFiles = '.png,.json,.yaml,.yml,.charx,.byaf,.jpg,.jpeg,.webp,image/png,image/jpeg,image/webp,application/json'

/** Split into handfuls, so that a thousand cards show progress and no request grows without bound. */
export function handfuls<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size))
}

export type Tally = Record<ImportResult['status'], number>

export function tallyOf(results: readonly ImportResult[]): Tally {
  const tally: Tally = { imported: 0, duplicate: 0, refused: 0 }
  for (const { status } of results) tally[status] += 1
  return tally
}

const concern = ({ status, warnings }: ImportResult): number => (status === 'refused' ? 0 : warnings.length ? 1 : status === 'duplicate' ? 2 : 3)

/** What needs a look stands first: refused, repaired, already here, and then what simply went well. */
export const byConcern = (results: readonly ImportResult[]): ImportResult[] => results.toSorted((a, b) => concern(a) - concern(b))

/** A quiet success needs no report: everything new, nothing to say about any file. */
export const isPlain = (results: readonly ImportResult[]): boolean =>
  results.every((result) => result.status === 'imported' && result.warnings.length === 0)

/** Put the names into a card's text, as the reader will meet it: `{{char}}`, `{{user}}`, and their old forms. */
export function spoken(text: string, { char, user }: { char: string; user: string }): string {
  return text.replace(/\{\{char\}\}|<BOT>/gi, () => char).replace(/\{\{user\}\}|<USER>/gi, () => user)
}

/** The line under the name: who made it, then its first tags. */
export const bylineOf = (item: { creator: string; tags: readonly string[] }): string =>
  [item.creator, item.tags.slice(0, 3).join(', ')].filter(Boolean).join(' · ')

/** Roughly how many tokens a text costs: about four letters each, one for a CJK character. */
export function roughTokens(text: string): number {
  const wide = text.match(/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g)?.length ?? 0
  return Math.ceil(wide + (text.length - wide) / 4)
}
