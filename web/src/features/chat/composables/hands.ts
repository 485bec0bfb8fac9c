import { useQueryClient } from '@tanstack/vue-query'
import { nextTick, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { download } from '@/lib/download'
import { useLook, type Theme } from '@/lib/look'
import { useToasts } from '@/lib/toasts'
import { getConversation, renameConversation } from '../chat.api'
import { useChat } from '../chat.store'
import type { Message } from '../chat.types'
import { messageAt } from '../composer.api'
import { goalOf, holding, type Goal } from '../go.logic'
import { changeMany, exportAddress, setBookmark } from '../log.api'
import type { BulkAction, ExportFormat } from '../log.types'
import { canContinue } from '../rows.logic'
import type { Hands, SpeakAs } from '../slash/slash.types'
import type { Cast } from './cast'
import { conversationKey } from './keys'
import { useScreen } from './screen'
import type { Speaking } from './speaking'

export interface Tools {
  conversationId: Ref<string>
  character: Ref<string>
  cast: Cast
  speaking: Speaking
  openHelp: () => void
  openSettings: () => void
}

/** The hands of the slash commands: each does what its button does. */
export function useHands(tools: Tools): Hands {
  return { ...useTalking(tools), ...useTuning(tools), ...useMoving(tools), ...useTidying(tools) }
}

type Part<Name extends keyof Hands> = Pick<Hands, Name>

/** Says that nothing here fits, and keeps what was written. */
function useRefusal() {
  const toasts = useToasts()
  const { t } = useI18n()
  return (key: string, facts: Record<string, unknown> = {}): false => {
    toasts.show(t(`composer.refusal.${key}`, facts), { tone: 'warn' })
    return false
  }
}

function useTalking({ character, cast, speaking }: Tools): Part<'say' | 'sayAs' | 'goOn' | 'again' | 'impersonate' | 'stop' | 'swipe' | 'nudge'> {
  const chat = useChat()
  const refuse = useRefusal()
  const { actions, group, sending } = useScreen()

  function speakerNamed(name: string): SpeakAs {
    const same = (other: string) => other.toLocaleLowerCase() === name.toLocaleLowerCase()
    const member = group.value?.members.find((one) => one.character_id && same(one.name))
    if (member) return { role: 'character', name: member.name, character_id: member.character_id! }
    const mine = cast.personas.value.find((one) => same(one.name))
    if (same(character.value)) return { role: 'character' }
    return mine ? { role: 'user', name: mine.name } : { role: 'character', name }
  }
  const withLast = (fits: (message: Message) => boolean, run: (message: Message) => unknown): unknown =>
    chat.last && fits(chat.last) ? run(chat.last) : refuse('no_reply')

  return {
    say: (text, { as, reply }) => sending.send(text, { ...(as && { as }), ...(!reply && { reply: false as const }) }),
    sayAs: (who, text) => sending.send(text, { as: speakerNamed(who), reply: false }),
    goOn: (nudge) => withLast(canContinue, (last) => actions.goOn(last, nudge)),
    again: (nudge) => withLast((last) => last.role === 'user' || (last.role === 'character' && last.parent_id !== null), (last) => actions.regenerate(last, nudge)),
    impersonate: (nudge) => actions.impersonate(nudge),
    stop: () => (chat.rows.running?.task_id ? actions.stop(chat.rows.running.task_id) : refuse('nothing_runs')),
    swipe: (to) => withLast((last) => last.role === 'character', (last) => {
      if (to === 'new') return actions.regenerate(last)
      if (to === undefined || to === 'next' || to === 'back') return actions.swipe(last, to === 'back' ? -1 : 1)
      const index = Number(to) - 1
      return Number.isInteger(index) && index >= 0 && index < last.variant.count ? actions.toVersion(last, index) : refuse('no_version', { n: to })
    }),
    nudge: (text) => { speaking.nudge.value = text ?? speaking.nudge.value ?? '' },
  }
}

function useTuning({ cast, openHelp, openSettings }: Tools): Part<'help' | 'settings' | 'note' | 'persona' | 'model' | 'length' | 'theme' | 'shortcuts'> {
  const toasts = useToasts()
  const look = useLook()
  const screen = useScreen()
  const { t } = useI18n()
  const told = async (done: Promise<boolean>, key: string, facts: Record<string, unknown>) => {
    const ok = await done
    if (ok) toasts.show(t(`composer.told.${key}`, facts), { tone: 'ok' })
    return ok
  }
  return {
    help: openHelp,
    settings: openSettings,
    shortcuts: screen.openShortcuts,
    note: (text) => (text === undefined ? openSettings() : told(cast.set('/note/text', text), 'note', { text })),
    persona: (name) => {
      const one = cast.personas.value.find((persona) => persona.name === name)
      return one ? told(cast.play(one), 'persona', { name }) : openSettings()
    },
    model: (name) => {
      const one = cast.connections.value.find((connection) => connection.name === name)
      return one ? told(cast.answerBy(one), 'model', { name }) : openSettings()
    },
    length: (value) => told(cast.set('/reply/length', value), 'length', { length: t(`composer.length.${value}`) }),
    theme: (theme) => look.change({ theme: theme as Theme }),
  }
}

function useMoving({ conversationId }: Tools): Part<'go' | 'find' | 'why' | 'branch' | 'branches'> {
  const chat = useChat()
  const refuse = useRefusal()
  const { actions, ...screen } = useScreen()
  const { find } = screen

  const ways: { [Kind in Goal['kind']]: (goal: Extract<Goal, { kind: Kind }>) => unknown } = {
    end: () => nextTick(screen.toEnd),
    message: ({ id }) => screen.reach(id),
    moment: async ({ at }) => {
      const message = await actions.trying(() => messageAt(conversationId.value, at))
      return message ? screen.reach(message.id) : refuse('no_message')
    },
    words: ({ words }) => {
      const message = holding(chat.rows.shown, words)
      return message ? screen.reach(message.id) : find(words)
    },
  }

  return {
    go: (to) => { const goal = goalOf(to, new Date()); return ways[goal.kind](goal as never) },
    find,
    why: () => {
      const reply = chat.rows.shown.findLast((message) => message.task_id && message.role !== 'user')
      return reply ? screen.explain(reply.id) : refuse('no_reply')
    },
    branch: (copy) => (chat.last ? actions.branch(chat.last, copy) : refuse('no_message')),
    branches: screen.openBranches,
  }
}

function useTidying({ conversationId }: Tools): Part<'bookmark' | 'undo' | 'redo' | 'title' | 'export' | 'hide' | 'unhide' | 'remove'> {
  const chat = useChat()
  const queries = useQueryClient()
  const toasts = useToasts()
  const refuse = useRefusal()
  const { actions } = useScreen()
  const { t } = useI18n()

  async function rename(title: string): Promise<unknown> {
    const { version } = await getConversation(conversationId.value)
    await renameConversation(conversationId.value, { title, version })
    return queries.invalidateQueries({ queryKey: conversationKey(conversationId.value) })
  }

  /** The newest messages for which it makes sense, as one change that is undone as one. */
  async function many(action: BulkAction, count: number, fits: (message: Message) => boolean): Promise<unknown> {
    const ids = chat.rows.shown.filter(fits).slice(-count).map((message) => message.id)
    if (!ids.length) return refuse('no_message')
    const done = await actions.trying(() => changeMany(conversationId.value, action, ids))
    if (!done) return false
    return toasts.show(t(`composer.many.${action}`, { n: done.changed }, done.changed), { action: { label: t('common.undo'), run: actions.undo } })
  }

  return {
    bookmark: (label) => {
      const { last } = chat
      return last ? actions.trying(() => setBookmark({ id: last.id, conversation_id: conversationId.value }, label)) : refuse('no_message')
    },
    undo: actions.undo,
    redo: actions.redo,
    title: (title) => actions.trying(() => rename(title)),
    export: (format) => download(exportAddress(conversationId.value, format as ExportFormat)),
    hide: (count) => many('hide', count, (message) => !message.hidden),
    unhide: (count) => many('show', count, (message) => message.hidden),
    remove: (count) => many('delete', count, () => true),
  }
}
