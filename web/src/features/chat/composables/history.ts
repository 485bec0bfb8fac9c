import { ref, type Ref } from 'vue'
import { listMessages, type Window } from '../chat.api'
import { useChat } from '../chat.store'
import type { MessagePage } from '../chat.types'
import { useDisplay } from '../display.store'
import { honest, middleOf, READS_MAX } from '../history.logic'
import { readTail } from '../pages.logic'

const AROUND_SIZE = 80

/** The pages of the path: more of it at either end, another part of it, and all of it anew when frames could not tell. */
export function useHistory(id: Ref<string | undefined>, sight: () => string | null) {
  const chat = useChat()
  const display = useDisplay()
  const loadingOlder = ref(false)
  const loadingNewer = ref(false)
  /** The end at which a page did not come; asked for again by hand. */
  const stalled = ref<'older' | 'newer' | null>(null)
  let reading: Promise<void> | null = null

  async function loadOlder(): Promise<boolean> {
    const [wanted, first] = [id.value, chat.path[0]]
    if (!wanted || !first || !chat.state.hasOlder || loadingOlder.value) return false
    return asking('older', async () => {
      const page = await listMessages(wanted, { before: first })
      await display.before(wanted, page.items)
      if (id.value === wanted && chat.path[0] === first) chat.addOlder(page)
    })
  }

  async function loadNewer(): Promise<boolean> {
    const [wanted, last] = [id.value, chat.path.at(-1)]
    if (!wanted || !last || !chat.state.hasNewer || loadingNewer.value) return false
    return asking('newer', async () => {
      const before = chat.state
      const page = await listMessages(wanted, { after: last })
      await display.before(wanted, page.items)
      if (id.value === wanted && chat.path.at(-1) === last && chat.state.hasNewer) chat.addNewer(honest(page, before, chat.state))
    })
  }

  async function asking(side: 'older' | 'newer', work: () => Promise<void>): Promise<boolean> {
    const busy = side === 'older' ? loadingOlder : loadingNewer
    busy.value = true
    if (stalled.value === side) stalled.value = null
    try {
      await work()
      return true
    } catch {
      stalled.value = side
      return false
    } finally {
      busy.value = false
    }
  }

  /** Shows the part of the path that was asked for. Throws what the server says. */
  async function turn(query: Window): Promise<MessagePage | null> {
    const wanted = id.value
    for (let reads = 1; wanted && reads <= READS_MAX; reads += 1) {
      const before = chat.state
      const page = await listMessages(wanted, { limit: AROUND_SIZE, ...query })
      await display.before(wanted, page.items)
      if (id.value !== wanted) return null
      // A page that was to hold the newest message is read again when one came meanwhile.
      if (!page.newer_cursor && before.below !== chat.state.below && reads < READS_MAX) continue
      stalled.value = null
      chat.turnTo(honest(page, before, chat.state))
      return page
    }
    return null
  }

  /** Reads again what the frames could not tell; once at a time, and until it is not older than the fold. */
  function refresh(): Promise<void> {
    reading ??= (chat.state.hasNewer ? readHere() : readAgain()).finally(() => (reading = null))
    return reading
  }

  /** What is being read may be on the path no longer: then the newest is shown. */
  async function readHere(): Promise<void> {
    const around = sight() ?? middleOf(chat.path)
    await turn({ around, limit: Math.min(200, Math.max(AROUND_SIZE, chat.path.length)) }).catch(() => turn({})).catch(() => null)
  }

  async function readAgain(): Promise<void> {
    const wanted = id.value
    for (let reads = 1; wanted && reads <= READS_MAX; reads += 1) {
      const before = chat.state
      const tail = await readTail(before, (cursor) => listMessages(wanted, { before: cursor })).catch(() => null)
      if (!tail || id.value !== wanted) return
      if (chat.state.position === before.position || reads === READS_MAX) return chat.replace(tail.items, tail.hasOlder)
    }
  }

  return { loadingOlder, loadingNewer, stalled, loadOlder, loadNewer, turn, refresh }
}
