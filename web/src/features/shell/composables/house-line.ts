import { useQueryClient } from '@tanstack/vue-query'
import { useDebounceFn } from '@vueuse/core'
import { computed, watch, type Ref } from 'vue'
import { useRoute } from 'vue-router'
import { conversationsKey } from '@/features/chat/composables/keys'
import { tellNews, useNews } from '@/lib/news'
import { useStream } from '@/lib/sse'

const SETTLE_MS = 300
const WAIT_MS_MAX = 2_000

/** What is read again when something changed elsewhere: names of what vue-query keeps. */
const TOUCHED: Record<string, readonly string[]> = {
  config: ['config', 'personas', 'lore-at'],
  presets: ['presets', 'config'],
  personas: ['personas'],
  groups: ['groups', 'group', 'conversation', 'conversations'],
  lorebooks: ['lorebooks', 'lore-at'],
  connections: ['connections'],
}

/** The page's line while no conversation is open, which has one of its own: browsers allow six lines to one host, and
 * every tab is content with one. Either way what changes on another page is read again here. */
export function useHouseLine(inside: Readonly<Ref<boolean>>): void {
  const queries = useQueryClient()
  const route = useRoute()
  const stream = useStream()
  const wanted = computed(() => inside.value && !route.params.conversationId)
  const lists = useDebounceFn(() => queries.invalidateQueries({ queryKey: conversationsKey }), SETTLE_MS, { maxWait: WAIT_MS_MAX })
  const open = () => stream.open({
    conversationId: null,
    onFrame: (frame) => {
      if (frame.type === 'news') tellNews(frame)
      else if (frame.type === 'event' && isOfChats(frame.kind)) void lists()
    },
  })
  watch(wanted, (now) => { if (now) open(); else stream.close() }, { immediate: true })
  stream.restWhenHidden(() => { if (wanted.value) open() })

  const changed = new Set<string>()
  const read = useDebounceFn(() => {
    for (const key of changed) void queries.invalidateQueries({ queryKey: [key] })
    changed.clear()
  }, SETTLE_MS, { maxWait: WAIT_MS_MAX })
  useNews(({ about }) => {
    const keys = TOUCHED[about] ?? []
    for (const key of keys) changed.add(key)
    if (keys.length) void read()
  })
}

const OTHERS = /^(config|preset|persona|lorebook|group|character|connection|gallery|user|speech|backup)\./
const isOfChats = (kind: string): boolean => !OTHERS.test(kind)
