import { ref, toValue, watchEffect, type MaybeRefOrGetter } from 'vue'

const product = 'TavernAI Plus'
const title = ref('')

/** Name the page in the tab and to screen readers; views with a name of their own call it, the shell does for the rest. */
export function usePageTitle(name: MaybeRefOrGetter<string | undefined>): void {
  watchEffect(() => {
    const given = toValue(name)
    if (given === undefined) return
    title.value = given
    document.title = given ? `${given} · ${product}` : product
  })
}

export const pageTitle = (): string => title.value
