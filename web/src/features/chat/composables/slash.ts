import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useAnnouncer } from '@/lib/announcer'
import { complete, parse, stands, type Option } from '../slash/slash.logic'
import type { About, Hands, SlashCommand } from '../slash/slash.types'

export const optionId = (index: number): string => `slash-${index}`

/** Slash commands in the composer: what fits what is typed, the keys that choose, and what becomes of a finished line. */
export function useSlash(text: Ref<string>, { about, hands }: { about: Ref<About>; hands: Hands }) {
  const { t, locale } = useI18n()
  const { announce } = useAnnouncer()
  const notice = ref('')
  /** null: nobody has walked through the list yet. */
  const at = ref<number | null>(null)
  /** The text for which the list was closed by Esc. */
  const closedFor = ref<string | null>(null)
  const focused = ref(false)

  const sentence = (command: SlashCommand): string => t(`composer.slash.${command.name}`)
  const found = computed(() => (focused.value && closedFor.value !== text.value ? complete(text.value, about.value, sentence) : []))
  const open = computed(() => found.value.length > 0)
  /** What Enter chooses; -1: the line as it stands. */
  const active = computed(() => (at.value === null ? (stands(text.value) ? -1 : 0) : Math.min(at.value, found.value.length - 1)))
  const local = (option: Option): string => (option.value === undefined && locale.value !== 'en' ? `/${wordHere(option.command)}` : option.label)

  watch(text, () => { at.value = null; notice.value = '' })
  watch(() => found.value.length, (count, before) => { if (count && !before) announce(t('composer.completions', { n: count }, count)) })

  function move(by: number): void {
    const count = found.value.length
    at.value = active.value < 0 ? (by > 0 ? 0 : count - 1) : (active.value + by + count) % count
  }

  /** Puts an option into the box. Says whether that already is the whole command. */
  function choose(option: Option): boolean {
    text.value = option.text
    return option.runs
  }

  const refusals = {
    unknown: ({ word }: { word: string }) => (word ? t('composer.unknown_command', { word }) : t('composer.bare_slash')),
    missing: ({ command, argument }: { command: SlashCommand; argument: { name: string } }) =>
      t('composer.missing', { command: `/${command.name}`, argument: t(`composer.argument.${argument.name}`) }),
    refused: ({ argument, value }: { argument: { choices?: (about: About) => readonly string[] }; value: string }) =>
      t('composer.not_a_choice', { value, choices: argument.choices?.(about.value).join(', ') ?? '' }),
  }

  /** A text to send, or null when the line was a command or is refused (then `notice` says why and the text stays). */
  function take(line: string): string | null {
    const parsed = parse(line, about.value)
    if (parsed.kind === 'text') return parsed.text
    if (parsed.kind !== 'command') {
      notice.value = refusals[parsed.kind](parsed as never)
      return null
    }
    text.value = ''
    void giveBack(line, parsed.command.run(hands, parsed.given))
    return null
  }

  /** What could not be done stands in the box again, unless something else was typed meanwhile. */
  async function giveBack(line: string, outcome: unknown): Promise<void> {
    if ((await outcome) === false && !text.value) text.value = line
  }

  return { found, open, active, notice, focused, local, sentence, move, choose, take, close: () => (closedFor.value = text.value) }
}

const CHINESE = /\p{Script=Han}/u
const wordHere = (command: SlashCommand): string => command.aliases.find((alias) => CHINESE.test(alias)) ?? command.name

export type Slash = ReturnType<typeof useSlash>
