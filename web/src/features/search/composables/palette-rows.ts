import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { Search } from '@lucide/vue'
import { refDebounced } from '@vueuse/core'
import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { commands } from '@/lib/commands'
import { recents } from '../palette'
import { matching, offered, rowOfCommand, rowOfHit, type Group, type Row } from '../palette.logic'
import { recentCharacters, recentConversations, search, type Hit } from '../search.api'

const pauseMs = 120
const perKind = 6

/** The palette's rows for what is typed: what this page knows at once, what the server finds a moment later. */
export function usePaletteRows(typed: Ref<string>) {
  const { t } = useI18n()
  const asked = refDebounced(computed(() => typed.value.trim()), pauseMs)
  const near = useQuery({ queryKey: ['palette', 'near'], queryFn: () => Promise.all([recentConversations(), recentCharacters()]), retry: false })
  const found = useQuery({
    queryKey: ['palette', 'found', asked],
    queryFn: async ({ signal }): Promise<Hit[]> => {
      const pages = await Promise.all([
        search({ q: asked.value, kind: ['character', 'conversation'], limit: 2 * perKind }, signal),
        search({ q: asked.value, kind: ['message'], limit: perKind }, signal),
      ])
      return pages.flatMap((page) => page.items)
    },
    enabled: computed(() => asked.value !== ''),
    placeholderData: keepPreviousData,
    retry: false,
  })
  const last = recents()

  const known = computed<Row[]>(() => {
    const [conversations, characters] = near.data.value ?? [[], []]
    return [
      ...commands.value.map(rowOfCommand),
      ...conversations.map((one): Row => ({
        key: `conversation:${one.id}`, group: 'conversation', label: one.title, detail: one.character_name, avatar: one.avatar_url ?? null,
        to: { name: 'chat', params: { conversationId: one.id } },
      })),
      ...characters.map((one): Row => ({ key: `character:${one.id}`, group: 'character', label: one.name, avatar: one.avatar_url ?? null, to: { name: 'character', params: { id: one.id } } })),
    ]
  })
  const groups = computed<Group[]>(() => {
    const q = typed.value.trim()
    if (!q) return offered(known.value, last)
    const all: Row = { key: 'more', group: 'more', label: t('search.everywhere', { q }), icon: Search, to: { name: 'search', query: { q } } }
    return [...matching(q, known.value, (found.data.value ?? []).map(rowOfHit), last), { name: 'more', rows: [all] }]
  })
  /** An answer to these very words is still on its way. */
  const waiting = computed(() => typed.value.trim() !== '' && (found.isFetching.value || asked.value !== typed.value.trim()))
  return { groups, waiting, failed: computed(() => typed.value.trim() !== '' && found.isError.value) }
}
