import { escapeHtml, type ForeignPicture } from '@/lib/markdown'

/** Where a picture is met: what was allowed there decides whether it is shown. */
export interface Place {
  type: 'conversation' | 'character'
  id: string
}
export const placeKey = ({ type, id }: Place): string => `${type}:${id}`

/** What stands where a text names a picture of another server. */
export type Stand =
  | { kind: 'asking' }
  | { kind: 'waiting' }
  | { kind: 'shown'; src: string }
  /** `framed`: its place was held for it, and stays as high as it was. */
  | { kind: 'failed'; why: string; framed: boolean }
  | { kind: 'forbidden' }

export type Deed = 'show' | 'conversation' | 'character' | 'enlarge'
/** What the chip and the frame say. */
export interface Words {
  from: (host: string) => string
  waiting: string
  failed: (host: string) => string
  forbidden: string
  again: string
  there: string
  enlarge: (what: string) => string
  deeds: readonly { deed: Deed; label: string }[]
}

/** Through our own server, which asks nobody unless it was allowed. */
export const addressOf = (place: Place, address: string): string =>
  `/api/pictures?url=${encodeURIComponent(address)}&${place.type}_id=${encodeURIComponent(place.id)}`

/** A picture as HTML. Its deeds are buttons that the text around it listens for; nothing is loaded but what is shown. */
export function pictureHtml(found: ForeignPicture, stand: Stand, words: Words): string {
  const label = [words.from(found.host), found.alt].filter(Boolean).join(' · ')
  if (stand.kind === 'shown') return frame(found, found.open ? '' : image(stand.src, found, label, words))
  const said = { asking: label, waiting: words.waiting, failed: `${words.failed(found.host)} ${stand.kind === 'failed' ? stand.why : ''}`.trim(), forbidden: words.forbidden }[stand.kind]
  const shape = stand.kind === 'failed' && stand.framed ? 'picture-frame' : 'picture-chip'
  return box(found, `${shape} picture-${stand.kind}`, `<span class="picture-words">${escapeHtml(said)}</span>${deeds(found, stand, { label, words })}`)
}

const frame = (found: ForeignPicture, inside: string): string => box(found, 'picture-frame', inside)
const box = (found: ForeignPicture, name: string, inside: string): string =>
  `<span class="picture ${name}" data-picture="${escapeHtml(found.address)}">${inside}</span>`

function image(src: string, found: ForeignPicture, label: string, words: Words): string {
  const alt = escapeHtml(found.alt || label)
  return `<button type="button" class="picture-open" data-deed="enlarge" aria-label="${escapeHtml(words.enlarge(found.alt || label))}"><img src="${escapeHtml(src)}" alt="${alt}" loading="lazy" referrerpolicy="no-referrer"></button>`
}

function deeds(found: ForeignPicture, stand: Stand, { label, words }: { label: string; words: Words }): string {
  const there = `<a class="picture-deed" href="${escapeHtml(found.address)}" target="_blank" rel="noopener noreferrer nofollow ugc">${escapeHtml(words.there)}</a>`
  if (stand.kind === 'failed') return `<span class="picture-deeds">${button('show', words.again, label)}${there}</span>`
  if (stand.kind === 'forbidden') return `<span class="picture-deeds">${there}</span>`
  if (stand.kind === 'waiting' || found.open) return ''
  return `<span class="picture-deeds">${words.deeds.map(({ deed, label: word }) => button(deed, word, label)).join('')}</span>`
}

const button = (deed: Deed, word: string, label: string): string =>
  `<button type="button" class="picture-deed" data-deed="${deed}" aria-label="${escapeHtml(`${word}: ${label}`)}">${escapeHtml(word)}</button>`
