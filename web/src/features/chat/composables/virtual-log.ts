import { useVirtualizer } from '@tanstack/vue-virtual'
import { computed, nextTick, onMounted, ref, watch, type Ref } from 'vue'
import { useEventListener } from '@vueuse/core'

/** Farther from the end than this, the reader is somewhere else and is not pulled along. */
const END_PX = 48
const PILL_PX = 300
const ESTIMATE_PX = 170
/** Scrolling this long after a wheel, a finger or a key was the reader's doing. */
const HAND_MS = 1000
/** Older pages are asked for when the reader is so many rows below the first one loaded. */
const OLDER_ROWS = 6

/** A log of any length of which only the rows in sight exist; it holds on to its end, and to what is being read. */
export function useVirtualLog(box: Ref<HTMLElement | null>, keys: () => readonly string[], older: () => unknown) {
  const virtual = useVirtualizer(computed(() => ({
    count: keys().length,
    getScrollElement: () => box.value,
    estimateSize: () => ESTIMATE_PX,
    getItemKey: (index: number) => keys()[index] ?? index,
    overscan: 5,
    anchorTo: 'end' as const,
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    // Space below goes into the last row: padding here would leave a lasting gap while a reply grows.
    paddingEnd: 0,
  })))

  // Not an option of the library. Its default skips rows measured again while scrolling up: a growing row above jumped by 465 px.
  virtual.value.shouldAdjustScrollPositionOnItemSizeChange = (item, _delta, instance) =>
    (instance.itemSizeCache.has(item.key) ? item.end : item.start + 1) <= (instance.scrollOffset ?? 0)

  const away = ref(0)
  const atEnd = computed(() => away.value <= END_PX)
  const far = computed(() => away.value > PILL_PX)
  const unseen = ref(false)
  const ready = ref(false)
  const measure = () => {
    const element = box.value
    if (element) away.value = element.scrollHeight - element.scrollTop - element.clientHeight
  }

  // The library follows what is appended, but not a last row that is exchanged for others (a sent message whose fact
  // arrives with the reply's row). Whoever is at the end stays there until they scroll up themselves.
  let stuck = true
  let handAt = -Infinity
  useEventListener(box, ['wheel', 'touchmove', 'keydown', 'pointerdown'], () => (handAt = performance.now()), { passive: true })
  useEventListener(box, 'scroll', () => {
    measure()
    if (atEnd.value) stuck = true
    else if (performance.now() - handAt < HAND_MS) stuck = false
  }, { passive: true })

  function toEnd(): void {
    unseen.value = false
    stuck = true
    if (keys().length) virtual.value.scrollToIndex(keys().length - 1, { align: 'end' })
  }
  async function toKey(key: string): Promise<void> {
    const index = keys().indexOf(key)
    if (index < 0) return
    stuck = false
    await nextTick()
    virtual.value.scrollToIndex(index, { align: 'center' })
  }

  // Right after mounting nothing is measured and the end would be missed by far: one frame later it is found.
  onMounted(() => requestAnimationFrame(() => { toEnd(); requestAnimationFrame(() => { toEnd(); measure(); ready.value = true }) }))
  watch(() => keys().at(-1), (now, before) => { if (now && before && !atEnd.value) unseen.value = true })
  watch(atEnd, (end) => { if (end) unseen.value = false })

  const items = computed(() => virtual.value.getVirtualItems())
  watch(() => items.value[0]?.index ?? Infinity, (first) => { if (ready.value && first <= OLDER_ROWS) older() })
  const total = computed(() => virtual.value.getTotalSize())
  watch([total, () => keys().length], () => {
    if (stuck && ready.value && box.value) box.value.scrollTop = box.value.scrollHeight
    measure()
  }, { flush: 'post' })

  return { virtual, items, total, atEnd, far, unseen, ready, toEnd, toKey }
}
