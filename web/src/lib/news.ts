import type { NewsFrame } from '@sdk/streaming-client'
import { onScopeDispose } from 'vue'

/** What the line of this page says of things beside the chat that is open: who cares about it says so here. */
type Hear = (news: NewsFrame) => void
const ears = new Set<Hear>()

export const tellNews = (news: NewsFrame): void => ears.forEach((hear) => hear(news))

/** Calls `hear` with every piece of news, for as long as the component lives. */
export function useNews(hear: Hear): void {
  ears.add(hear)
  onScopeDispose(() => ears.delete(hear))
}
