import { readonly, ref } from 'vue'

const spoken = ref('')
let turn = 0

/** Say a sentence to screen readers, politely. Saying the same sentence twice is heard twice. */
function announce(sentence: string): void {
  spoken.value = sentence + (turn++ % 2 ? '\u00a0' : '')
}

/** The page's one polite voice; `LiveRegion` in the shell renders it. */
export const useAnnouncer = () => ({ announce, spoken: readonly(spoken) })
