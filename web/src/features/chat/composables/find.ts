import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { search } from '@/features/search/search.api'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'

const PAGE = 50

/** Searching in the chat that is open, hit by hit: the newest first, `step(1)` to the one before it in the story. */
export function useFind(conversationId: Readonly<Ref<string>>, reach: (messageId: string) => Promise<unknown>) {
  const toasts = useToasts()
  const words = useProblemText()
  /** null: nothing is being looked for. */
  const text = ref<string | null>(null)
  /** What the hits are of. */
  const asked = ref('')
  const hits = shallowRef<readonly string[]>([])
  const cursor = ref<string | null>(null)
  const at = ref(0)
  const busy = ref(false)

  async function read(more: boolean): Promise<boolean> {
    const [q, where] = [asked.value, conversationId.value]
    busy.value = true
    try {
      const page = await search({ q, kind: ['message'], conversation_id: where, limit: PAGE, cursor: more ? cursor.value : undefined })
      if (q !== asked.value || where !== conversationId.value) return false
      const found = page.items.map((hit) => hit.id)
      hits.value = [...new Set([...(more ? hits.value : []), ...found])]
      cursor.value = page.next_cursor ?? null
      return true
    } catch (error) {
      toasts.show(words.line(error), { tone: 'bad' })
      return false
    } finally {
      busy.value = false
    }
  }

  const show = (): Promise<unknown> => (hits.value[at.value] ? reach(hits.value[at.value]!) : Promise.resolve())

  async function begin(q: string): Promise<void> {
    text.value = q
    asked.value = q.trim()
    at.value = 0
    hits.value = []
    if (asked.value && (await read(false))) await show()
  }

  /** To the next hit that way, going round at the ends. Other words are looked for first. */
  async function step(by: 1 | -1): Promise<void> {
    if (text.value?.trim() !== asked.value) return begin(text.value ?? '')
    if (by > 0 && at.value === hits.value.length - 1 && cursor.value) await read(true)
    const { length } = hits.value
    if (!length) return
    at.value = (at.value + by + length) % length
    await show()
  }

  function end(): void {
    text.value = null
    asked.value = ''
    hits.value = []
  }
  watch(conversationId, end)

  return { text, asked, busy, begin, step, end, open: computed(() => text.value !== null), count: computed(() => hits.value.length), at, more: computed(() => cursor.value !== null) }
}
export type Find = ReturnType<typeof useFind>
