import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { remember, remembered } from '@/lib/storage'
import { PAGE, readDraft, writeDraft } from './composer.api'
import { decided, exchanged, heard, joined, merge, nothingWritten, unsaved, type KeptDraft, type ToldDraft } from './draft.logic'

const keyOf = (id: string): string => `tavern.draft.${id}`

/** Somebody who wrote a letter so lately is still writing. */
const TYPING_MS = 4_000

/** An earlier version kept the bare text. */
function stored(id: string): KeptDraft {
  const found = remembered<KeptDraft | string>(keyOf(id), nothingWritten)
  return typeof found === 'string' ? { ...nothingWritten, text: found } : found
}

/** Unsent texts: kept by this browser with every letter, and brought into line with the server now and then. */
export const useDrafts = defineStore('drafts', () => {
  const book = shallowReactive(new Map<string, KeptDraft>())
  /** One exchange with the server at a time for each conversation: an answer must not be older than what was just told. */
  const turns = new Map<string, Promise<void>>()

  function of(id: string): KeptDraft {
    return book.get(id) ?? stored(id)
  }

  function keep(id: string, kept: KeptDraft): void {
    book.set(id, kept)
    remember(keyOf(id), kept)
  }

  const write = (id: string, text: string): void => keep(id, { ...of(id), text, at: Date.now() })

  /** Hears what the server holds, and tells it what it does not know. A server that does not answer is told another time. */
  function sync(id: string): Promise<void> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(() => exchange(id)).catch(() => undefined)
    turns.set(id, turn)
    return turn
  }

  async function exchange(id: string): Promise<void> {
    const told = await readDraft(id)
    keep(id, merge(of(id), told))
    const { text } = of(id)
    if (!unsaved(of(id))) return
    await writeDraft(id, text)
    keep(id, { ...of(id), agreed: text })
  }

  /** Another page of this person wrote something there. */
  function hear(id: string, told: ToldDraft | null, page: string | null | undefined): void {
    if (page === PAGE) return
    const before = of(id)
    const after = heard(before, told, { typing: Date.now() - before.at < TYPING_MS })
    if (after.text !== before.text || after.agreed !== before.agreed || after.other !== before.other) keep(id, after)
  }

  return {
    of, write, sync, hear,
    unsaved: (id: string) => unsaved(of(id)),
    exchange: (id: string) => keep(id, exchanged(of(id), Date.now())),
    join: (id: string) => keep(id, joined(of(id), Date.now())),
    decide: (id: string) => keep(id, decided(of(id))),
  }
})
