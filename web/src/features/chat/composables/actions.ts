import { useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { copyText } from '@/lib/clipboard'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import * as chatApi from '../chat.api'
import * as logApi from '../log.api'
import { useChat } from '../chat.store'
import type { Message } from '../chat.types'
import { connectionOf } from '../preferences'
import { swipeStep } from '../rows.logic'
import { variantsKey } from './keys'

/** What a person does with a message. Nothing is shown before the stream tells it; refusals are said in words. */
export function useActions() {
  const chat = useChat()
  const queries = useQueryClient()
  const router = useRouter()
  const toasts = useToasts()
  const text = useProblemText()
  const { t } = useI18n()

  async function trying<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      toasts.show(text.line(error), { tone: 'bad' })
      return undefined
    }
  }

  const place = (message: Message): chatApi.Place => ({ id: message.id, conversation_id: chat.state.conversationId })

  const act = (action: chatApi.Act, message?: Message, nudge?: string, member?: string) => trying(() => chatApi.act({
    action, conversation_id: chat.state.conversationId, message_id: message?.id, nudge, member,
    connection: connectionOf(chat.state.conversationId) ?? undefined,
  }))

  async function swipe(message: Message, by: 1 | -1): Promise<void> {
    const step = swipeStep(message, by)
    if (step === null) return
    if (step === 'write') return void (await act('swipe', message))
    await toVersion(message, step.to)
  }

  /** Shows the version of this index, from 0. */
  const toVersion = (message: Message, index: number) => trying(async () => {
    const id = seenVariant(message, index) ?? (await listedVariant(message, index))
    if (id) await chatApi.selectVariant(place(message), id)
  })

  const seenVariant = (message: Message, index: number): string | undefined =>
    Object.values(chat.state.variants).find((one) => one.id === message.id && one.variant.index === index)?.variant.id

  async function listedVariant(message: Message, index: number): Promise<string | undefined> {
    const { items } = await queries.fetchQuery({
      queryKey: [...variantsKey(message.id), message.variant.count], queryFn: () => chatApi.listVariants(place(message)), staleTime: 60_000,
    })
    return items.find((one) => one.index === index)?.id
  }

  async function remove(message: Message, following = false): Promise<void> {
    const where = place(message)
    const done = await trying(() => chatApi.deleteMessage(where, following))
    if (!done) return
    const action = { label: t('common.undo'), run: () => trying(() => chatApi.restoreMessage(where)) }
    toasts.show(t(following ? 'chat.deleted_following' : 'chat.deleted'), { action })
  }

  async function branch(message: Message, copy: boolean): Promise<void> {
    const made = await trying(() => chatApi.branchMessage(place(message), copy))
    if (!made) return
    toasts.show(t(copy ? 'chat.branch_copied' : 'chat.branched'))
    if (copy) await router.push({ name: 'chat', params: { conversationId: made.conversation_id } })
  }

  async function copy(message: Message): Promise<void> {
    toasts.show((await copyText(message.text)) ? t('common.copied') : t('common.copy_failed'))
  }

  const id = (): string => chat.state.conversationId

  async function bookmark(message: Message): Promise<void> {
    const where = place(message)
    if (message.bookmark) return void (await trying(() => logApi.dropBookmark(where)))
    if (await trying(() => logApi.setBookmark(where))) toasts.show(t('chat.bookmarked'), { tone: 'ok' })
  }

  async function link(message: Message): Promise<void> {
    const { href } = router.resolve({ name: 'message', params: { conversationId: id(), messageId: message.id } })
    toasts.show((await copyText(new URL(href, location.origin).href)) ? t('chat.link_copied') : t('common.copy_failed'))
  }

  return {
    trying, swipe, toVersion, remove, branch, copy, bookmark, link,
    regenerate: (message: Message, nudge?: string) => act('regenerate', message, nudge),
    goOn: (message: Message, nudge?: string) => act('continue', message, nudge),
    /** Somebody of a group goes on: the one named, else whose turn it is. */
    speak: (member?: string, nudge?: string) => act('speak', undefined, nudge, member),
    impersonate: (nudge?: string) => act('impersonate', undefined, nudge),
    hide: (message: Message) => trying(() => (message.hidden ? chatApi.showMessage(place(message)) : chatApi.hideMessage(place(message)))),
    retry: (message: Message) => trying(() => chatApi.retryTask(message.task_id ?? '')),
    stop: (taskId: string) => trying(() => chatApi.cancelTask(taskId)),
    undo: () => trying(() => chatApi.undo(id())),
    redo: () => trying(() => chatApi.redo(id())),
    goToLeaf: (messageId: string) => trying(() => chatApi.selectLeaf(id(), messageId)),
  }
}

export type Actions = ReturnType<typeof useActions>
