import { computed, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { likeness, wordsCompared, type Piece } from '../diff.logic'

/** Two texts compared while it is wanted; the newest pair wins. */
export function useCompared(before: MaybeRefOrGetter<string>, after: MaybeRefOrGetter<string>, wanted: Ref<boolean>) {
  const { locale } = useI18n()
  const pieces = shallowRef<Piece[] | null>(null)
  const failed = shallowRef(false)

  async function compare(pair: readonly [string, string]): Promise<void> {
    const found = await wordsCompared(...pair, locale.value).catch(() => null)
    if (pair[0] !== toValue(before) || pair[1] !== toValue(after)) return
    pieces.value = found
    failed.value = found === null
  }
  watch([() => toValue(before), () => toValue(after), wanted], ([one, other, on]) => {
    pieces.value = null
    failed.value = false
    if (on) void compare([one, other])
  }, { immediate: true })

  return { pieces, failed, alike: computed(() => (pieces.value ? Math.round(100 * likeness(pieces.value)) : null)) }
}
