import { useIntervalFn } from '@vueuse/core'
import { computed, ref } from 'vue'

/** Whole seconds left of `seconds` that were told at the moment `since`. */
export function useCountdown(seconds: () => number, since: () => number) {
  const now = ref(Date.now())
  useIntervalFn(() => { now.value = Date.now() }, 1_000)
  return computed(() => Math.max(0, Math.ceil(seconds() - (now.value - since()) / 1_000)))
}
