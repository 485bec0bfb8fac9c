import { useMediaQuery } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { coloursCame, wantColours } from './highlight'
import { IncrementalMarkdown, type Block, type Tail } from './incremental'
import { parse, renderMarkdown, type RenderOptions } from './markdown'

/** How often text that is being written is drawn: each frame of a screen at a desk, 20 times a second on phones. */
export const DRAW_MS_DESK = 16
export const DRAW_MS_PHONE = 50
/** Paragraphs do not split, so the wait also grows with what drawing cost: about an eighth of a core at most. */
const COST_FACTOR = 8

export interface Drawn {
  blocks: readonly Block[]
  tail: Tail
}

/** Text that grows, as blocks that are drawn once each. Ends with one last drawing when `done` turns true. */
export function useGrowingMarkdown(text: MaybeRefOrGetter<string>, done: MaybeRefOrGetter<boolean>, options: MaybeRefOrGetter<RenderOptions>) {
  const markdown = new IncrementalMarkdown({
    parse: (piece) => parse(piece),
    render: (piece, open) => renderMarkdown(piece, { ...toValue(options), open }),
  })
  const drawn = shallowRef<Drawn>({ blocks: [], tail: { kind: 'html', html: '' } })
  const coarse = useMediaQuery('(pointer: coarse)')
  const every = computed(() => (coarse.value ? DRAW_MS_PHONE : DRAW_MS_DESK))
  let timer: ReturnType<typeof setTimeout> | undefined
  let costMs = 0

  const show = () => (drawn.value = { blocks: [...markdown.blocks], tail: markdown.tail })
  function draw(): void {
    timer = undefined
    const began = performance.now()
    if (toValue(done)) markdown.finish(toValue(text))
    else markdown.update(toValue(text))
    show()
    // While a block is still open its colours can already be on their way.
    if (markdown.tail.kind === 'code') wantColours(markdown.tail.language)
    costMs = performance.now() - began
  }

  const soon = () => (timer ??= setTimeout(() => requestAnimationFrame(draw), Math.max(every.value, COST_FACTOR * costMs)))
  watch(() => toValue(text), soon)
  watch(() => toValue(done), draw)
  /** What was drawn before its colours came, or when pictures stood otherwise, is drawn anew once nothing grows. */
  const pictures = () => toValue(options).pictures?.key
  const begunWith = pictures()
  const again = () => { if (toValue(done)) { markdown.redo(toValue(text)); show() } }
  watch([coloursCame, pictures], again)
  watch(() => toValue(done), () => { if (pictures() !== begunWith) again() })
  onScopeDispose(() => clearTimeout(timer))
  draw()
  return drawn
}
