import { defineStore } from 'pinia'
import { shallowReactive, shallowRef } from 'vue'
import { remember, remembered } from '@/lib/storage'
import { askDisplay, type Display } from './chat.api'
import type { Message } from './chat.types'
import { endOf, inParts, wanting, type Look } from './display.logic'
import { useChat } from './chat.store'

/** Looks of so many texts are kept. */
const KEPT_MAX = 2_000
/** Whether scripts had a say when this browser asked last: then a page of messages waits for its looks. */
const HAD = 'tavern.display'
/** No page waits longer for them. */
const WAIT_MS_MAX = 600

/** What scripts make of the texts in the log. Asked for page by page and kept by text, never message by message. */
export const useDisplay = defineStore('display', () => {
  const chat = useChat()
  const looks = shallowReactive(new Map<string, Look>())
  /** By conversation: which scripts have a say there; null: none, and nothing is asked. */
  const scripts = new Map<string, Pick<Display, 'scripts' | 'near'>>()
  const near = shallowRef(0)
  let asking: Promise<void> | null = null

  const at = (id: string) => scripts.get(id)
  const hasSay = (id: string): boolean => Boolean(at(id)?.scripts)

  /** The look of a message; undefined while it is not known. */
  const of = (message: Message): Look | undefined => {
    const known = looks.get(message.variant.id)
    return known?.raw === message.text ? known : undefined
  }

  function keep(messages: readonly Message[], told: Display, end: string | null): void {
    const changed = new Map(told.items.map((one) => [one.message_id, one]))
    for (const { id, text, variant } of messages) {
      const one = changed.get(id)
      looks.delete(variant.id)
      looks.set(variant.id, { raw: text, text: one?.text ?? null, reasoning: one?.reasoning ?? null, end, old: false })
    }
    for (const oldest of [...looks.keys()].slice(0, -KEPT_MAX)) looks.delete(oldest)
  }

  function hear(id: string, told: Display): void {
    const before = at(id)
    scripts.set(id, { scripts: told.scripts, near: told.near })
    near.value = told.near
    remember(HAD, told.scripts !== null)
    // Other scripts: what is shown stays until it is known how it looks now. None: everything looks as it is stored.
    if (told.scripts === null) looks.clear()
    else if (before && before.scripts !== told.scripts) age()
  }

  function age(): void {
    for (const [variantId, look] of looks) looks.set(variantId, { ...look, old: true })
  }

  /** Of a page of messages that is about to be shown. Never fails: without an answer they look as they are stored. */
  async function before(id: string, messages: readonly Message[], end: string | null = messages.at(-1)?.id ?? null): Promise<void> {
    if (!hasSay(id)) return
    const path = messages.map((one) => one.id)
    const all = Object.fromEntries(messages.map((one) => [one.id, one]))
    const wanted = wanting({ path, messages: all, look: (variantId) => looks.get(variantId), near: 0, hasNewer: true })
    if (wanted.length) await inTime(ask(id, wanted, end))
  }

  async function ask(id: string, messages: readonly Message[], end: string | null): Promise<void> {
    for (const part of inParts(messages)) {
      const told = await askDisplay(id, { message_ids: part.map((one) => one.id) })
      hear(id, told)
      keep(part.filter((one) => (chat.messages[one.id] ?? one).text === one.text), told, end)
    }
  }

  /** The newest messages of a chat that is opened: asked beside its first page, which waits only where scripts had a say lately. */
  function open(id: string, newest: number): (messages: readonly Message[]) => Promise<void> {
    const asked = askDisplay(id, { newest }).catch(() => null)
    const taken = (messages: readonly Message[]) => asked.then((told) => {
      if (!told) return
      hear(id, told)
      if (told.scripts) keep(messages.filter((one) => (chat.messages[one.id] ?? one).text === one.text), told, messages.at(-1)?.id ?? null)
    })
    return async (messages) => {
      const coming = taken(messages)
      if (remembered(HAD, false)) await inTime(coming)
    }
  }

  /** What of the open chat has no look yet, all of it in one question. */
  function fill(): Promise<void> {
    asking ??= filled().catch(() => undefined).finally(() => (asking = null))
    return asking
  }

  async function filled(): Promise<void> {
    const id = chat.state.conversationId
    for (let rounds = 0; rounds < 3 && id && hasSay(id) && chat.state.conversationId === id; rounds += 1) {
      const { path, hasNewer } = chat.state
      const wanted = wanting({ path, messages: chat.messages, look: (variantId) => looks.get(variantId), near: near.value, hasNewer })
      if (!wanted.length) return
      await ask(id, wanted, endOf(path, chat.messages))
    }
  }

  /** Scripts may be others now: the open chat is looked at again. */
  async function again(): Promise<void> {
    const id = chat.state.conversationId
    scripts.forEach((_, other) => { if (other !== id) scripts.delete(other) })
    if (!id) return
    const told = await askDisplay(id, { newest: 0 }).catch(() => null)
    if (!told || chat.state.conversationId !== id) return
    hear(id, told)
    age()
    await fill()
  }

  /** Something was told of this message: what is known of its text may be of the one before. */
  const doubt = (messageId: string): void => {
    const variantId = chat.messages[messageId]?.variant.id
    const known = variantId ? looks.get(variantId) : undefined
    if (known && !known.old) looks.set(variantId!, { ...known, old: true })
  }

  return { of, open, before, fill, again, doubt, hasSay, known: (id: string): boolean => scripts.has(id) }
})

const inTime = (work: Promise<void>): Promise<void> =>
  Promise.race([work.catch(() => undefined), new Promise<void>((resolve) => setTimeout(resolve, WAIT_MS_MAX))])
