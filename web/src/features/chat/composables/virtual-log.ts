import { useVirtualizer } from '@tanstack/vue-virtual'
import { computed, nextTick, onMounted, ref, watch, type Ref } from 'vue'
import { useEventListener, useResizeObserver } from '@vueuse/core'

/** Farther from the end than this, the reader is somewhere else and is not pulled along. */
const END_PX = 48
const PILL_PX = 300
const ESTIMATE_PX = 170
/** Scrolling this long after a wheel, a finger or a key was the reader's doing. */
const HAND_MS = 1000
/** So long after it was made for, a row is brought into view again when pages come above it. */
const AIM_MS = 1000
/** Pages are asked for when the reader is so many rows from an end of what is loaded. */
const AHEAD_ROWS = 20

type Align = 'center' | 'start' | 'auto'

interface Log {
  keys: () => readonly string[]
  /** Another value of it is news below. */
  latest: () => string | undefined
  /** Whether the path goes on beyond what is loaded. */
  hasNewer: () => boolean
  older: () => unknown
  newer: () => unknown
}

/** A log of any length of which only the rows in sight exist; it holds on to its end, and to what is being read.
 *
 * What is read is held by the library: when rows come or go at either end, the row at the top of the view stays where it
 * is. The end is held here, because only here is known whether the last row is the end of the story or of a page.
 */
export function useVirtualLog(box: Ref<HTMLElement | null>, { keys, latest, hasNewer, older, newer }: Log) {
  const virtual = useVirtualizer(computed(() => ({
    count: keys().length,
    getScrollElement: () => box.value,
    estimateSize: () => ESTIMATE_PX,
    getItemKey: (index: number) => keys()[index] ?? index,
    overscan: 5,
    anchorTo: 'end' as const,
    // Following is done below: the library cannot tell a message that was said from a page that was loaded.
    followOnAppend: false,
    scrollEndThreshold: hasNewer() ? -1 : END_PX,
    // Space below goes into the last row: padding here would leave a lasting gap while a reply grows.
    paddingEnd: 0,
  })))

  // Not an option of the library. Its default skips rows measured again while scrolling up: a growing row above jumped by 465 px.
  virtual.value.shouldAdjustScrollPositionOnItemSizeChange = (item, _delta, instance) =>
    (instance.itemSizeCache.has(item.key) ? item.end : item.start + 1) <= (instance.scrollOffset ?? 0)

  const away = ref(0)
  const atEnd = computed(() => away.value <= END_PX && !hasNewer())
  const far = computed(() => away.value > PILL_PX || hasNewer())
  const unseen = ref(false)
  const ready = ref(false)
  const measure = () => {
    const element = box.value
    if (element) away.value = element.scrollHeight - element.scrollTop - element.clientHeight
  }

  // Whoever is at the end stays there until they scroll up themselves.
  let stuck = !hasNewer()
  let handAt = -Infinity
  useEventListener(box, ['wheel', 'touchmove', 'keydown', 'pointerdown'], () => (handAt = performance.now()), { passive: true })
  useEventListener(box, 'scroll', () => {
    measure()
    if (atEnd.value) stuck = true
    else if (performance.now() - handAt < HAND_MS) stuck = false
  }, { passive: true })

  // The library makes for a row by its number until all is measured, and a page that comes above meanwhile makes that number
  // another row's. So the end is no number to it, and what is made for by number is made for again.
  let aim: { key: string; align: Align; at: number } | null = null
  const take = (key: string, align: Align): void => virtual.value.scrollToIndex(keys().indexOf(key), { align })
  watch(() => keys()[0], () => {
    if (aim && handAt < aim.at && performance.now() - aim.at < AIM_MS && keys().includes(aim.key)) take(aim.key, aim.align)
  }, { flush: 'post' })

  function toEnd(): void {
    unseen.value = false
    stuck = true
    aim = null
    if (keys().length) virtual.value.scrollToEnd()
  }
  /** Brings a row into view, wherever that leaves the end. */
  function show(key: string, align: Align = 'auto'): void {
    aim = { key, align, at: performance.now() }
    take(key, align)
  }
  async function toKey(key: string, align: Align = 'center'): Promise<boolean> {
    if (!keys().includes(key)) return false
    stuck = false
    await nextTick()
    show(key, align)
    return true
  }
  /** The row in the middle of what is seen. */
  const sight = (): string | null => {
    const element = box.value
    const row = element && virtual.value.getVirtualItemForOffset(element.scrollTop + element.clientHeight / 2)
    return row ? (row.key as string) : null
  }

  // Right after mounting nothing is measured and the end would be missed by far: one frame later it is found.
  const begin = () => { if (stuck) toEnd() }
  onMounted(() => requestAnimationFrame(() => { begin(); requestAnimationFrame(() => { begin(); measure(); ready.value = true }) }))
  watch(latest, (now, before) => { if (now && before && !atEnd.value && !hasNewer()) unseen.value = true })
  watch(atEnd, (end) => { if (end) unseen.value = false })
  watch(hasNewer, (more) => { if (more) stuck = false })

  const items = computed(() => virtual.value.getVirtualItems())
  function ask(): void {
    if (!ready.value) return
    if ((items.value[0]?.index ?? Infinity) <= AHEAD_ROWS) older()
    if ((items.value.at(-1)?.index ?? -Infinity) >= keys().length - 1 - AHEAD_ROWS) newer()
  }
  watch([() => items.value[0]?.key, () => items.value.at(-1)?.key, () => keys().length], ask, { flush: 'post' })

  const total = computed(() => virtual.value.getTotalSize())
  function hold(): void {
    if (stuck && ready.value && box.value && !hasNewer()) box.value.scrollTop = box.value.scrollHeight
    measure()
  }
  watch([total, () => keys().length], hold, { flush: 'post' })
  // A composer that grows by a line, a keyboard that opens: the view gets lower, and its end must not slip under them.
  useResizeObserver(box, hold)

  return { virtual, items, total, atEnd, far, unseen, ready, toEnd, toKey, show, sight }
}
