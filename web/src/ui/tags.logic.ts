/** A tag as people mean it: trimmed, one space between words, at most 60 letters. */
export const tidyTag = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 60)

/** Add what was typed or pasted (comma, full-width comma or line break between tags); no tag twice. */
export function withTags(tags: readonly string[], typed: string): string[] {
  const all = [...tags]
  for (const tag of typed.split(/[,，;；\n]/).map(tidyTag)) {
    if (tag && !all.some((other) => other.toLowerCase() === tag.toLowerCase())) all.push(tag)
  }
  return all
}
