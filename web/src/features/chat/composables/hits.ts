import { onBeforeUnmount, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { coloursCame } from '@/lib/highlight'
import { hitsIn } from '../hits.logic'

/** The name main.css colours: `::highlight(hit)`. */
const NAME = 'hit'

/** The page's one set of marked ranges; browsers without it show the ring around the message only. */
function marks(): Highlight | null {
  if (typeof Highlight === 'undefined' || !CSS.highlights) return null
  const known = CSS.highlights.get(NAME) ?? new Highlight()
  CSS.highlights.set(NAME, known)
  return known
}

/** Colours what was searched for inside an element, without touching its nodes: selections and frozen blocks stay whole. */
export function useHits(element: Ref<HTMLElement | null>, query: MaybeRefOrGetter<string>, text: MaybeRefOrGetter<string>): void {
  let mine: Range[] = []

  function clear(): void {
    const all = mine.length ? marks() : null
    for (const range of mine) all?.delete(range)
    mine = []
  }
  function draw(): void {
    clear()
    const all = toValue(query) && element.value ? marks() : null
    if (!all || !element.value) return
    mine = [...element.value.querySelectorAll('.prose-rp')].flatMap((part) => hitsIn(part, toValue(query)))
    for (const range of mine) all.add(range)
  }
  // Text that is drawn anew, with code in colour, leaves the old ranges empty.
  watch([() => toValue(query), () => toValue(text), element, coloursCame], ([asked]) => { if (asked || mine.length) draw() }, { flush: 'post', immediate: true })
  onBeforeUnmount(clear)
}
