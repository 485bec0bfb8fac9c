import { computed, onScopeDispose, watch, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { usePictures } from '@/features/pictures/composables/pictures'
import type { RenderOptions } from '@/lib/markdown'
import type { Message } from '../chat.types'
import { useDisplay } from '../display.store'
import { htmlOf } from '../html.logic'

/** Rows on either side of those in sight whose text is rendered before they come. */
const AHEAD_ROWS = 30
/** A moment shorter than this, or than the last text took, is left to the frame. */
const SPARE_MS = 4
/** However long one took, a moment in which nothing happens is long enough for another. */
const COST_MS_MAX = 12

/** What messages are rendered with, the same wherever one is. */
export function useTextOptions(): ComputedRef<RenderOptions> {
  const { t } = useI18n()
  const pictures = usePictures()
  return computed(() => ({ pictureLabel: (host: string) => t('chat.picture_from', { host }), copyLabel: t('common.copy'), pictures: pictures?.rendering.value }))
}

interface Sight {
  first: () => number
  last: () => number
  at: (index: number) => Message | undefined
}

/** Renders the texts next to those in sight while the page has nothing to do: scrolling onto them then costs no parsing. */
export function useWarmth({ first, last, at }: Sight): void {
  const options = useTextOptions()
  const display = useDisplay()
  let handle = 0
  let costMs = 0
  if (typeof requestIdleCallback === 'undefined') return

  /** From the rows in sight outwards, both ways. */
  function* near(): Generator<Message> {
    const [from, to] = [first(), last()]
    for (let step = 1; step <= AHEAD_ROWS; step += 1) {
      for (const index of [from - step, to + step]) {
        const message = at(index)
        if (message?.status === 'complete') yield message
      }
    }
  }
  function work(): void {
    const waiting = near()
    const go = (deadline: IdleDeadline): void => {
      handle = 0
      while (deadline.timeRemaining() > Math.max(SPARE_MS, costMs)) {
        const { value, done } = waiting.next()
        if (done) return
        const began = performance.now()
        htmlOf(display.of(value)?.text ?? value.text, options.value)
        costMs = Math.min(COST_MS_MAX, performance.now() - began)
      }
      handle = requestIdleCallback(go)
    }
    cancelIdleCallback(handle)
    handle = requestIdleCallback(go)
  }
  watch([first, last], work, { flush: 'post' })
  onScopeDispose(() => cancelIdleCallback(handle))
}
