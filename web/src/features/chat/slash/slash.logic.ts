/** Reads what begins with a slash, and completes it.
 *
 * `/name arguments` is a command; `//text` is the text `/text`; a slash before anything but a letter is a plain text.
 * The full-width slash of Chinese keyboards counts as a slash.
 */
import { COMMANDS } from './commands'
import type { About, Argument, Given, SlashCommand } from './slash.types'

export type Parsed =
  | { kind: 'text'; text: string }
  | { kind: 'command'; command: SlashCommand; given: Given }
  | { kind: 'unknown'; word: string }
  | { kind: 'missing'; command: SlashCommand; argument: Argument }
  | { kind: 'refused'; command: SlashCommand; argument: Argument; value: string }

const COMMAND = /^[/／]([\p{L}][\p{L}\p{N}_-]*)(?:\s+([\s\S]*))?$/u
const ESCAPED = /^[/／][/／]/
const BEGUN = /^[/／]([\p{L}\p{N}_-]*)$/u
const WITH_ARGUMENTS = /^[/／]([\p{L}][\p{L}\p{N}_-]*)[ 　](.*)$/u

const same = (left: string, right: string): boolean => left.toLocaleLowerCase() === right.toLocaleLowerCase()
const begins = (text: string, start: string): boolean => text.toLocaleLowerCase().startsWith(start.toLocaleLowerCase())

export const commandNamed = (word: string): SlashCommand | undefined =>
  COMMANDS.find((command) => same(command.name, word) || command.aliases.some((alias) => same(alias, word)))

export function parse(typed: string, about: About): Parsed {
  const text = typed.trim()
  if (ESCAPED.test(text)) return { kind: 'text', text: `/${text.slice(2)}` }
  if (text === '/' || text === '／') return { kind: 'unknown', word: '' }
  const found = COMMAND.exec(text)
  if (!found) return { kind: 'text', text }
  const command = commandNamed(found[1]!)
  return command ? withArguments(command, (found[2] ?? '').trim(), about) : { kind: 'unknown', word: found[1]! }
}

function withArguments(command: SlashCommand, words: string, about: About): Parsed {
  const given: Record<string, string | undefined> = {}
  let left = words
  for (const argument of command.takes) {
    const [value, after] = taken(argument, left, about)
    left = after
    if (!value && !argument.optional) return { kind: 'missing', command, argument }
    const chosen = argument.choices?.(about).find((choice) => same(choice, value))
    if (value && argument.only && chosen === undefined) return { kind: 'refused', command, argument, value }
    given[argument.name] = (chosen ?? value) || undefined
  }
  return { kind: 'command', command, given }
}

/** The argument at the front and what is left. A choice may hold spaces; so may what stands in quotes. */
function taken(argument: Argument, words: string, about: About): [string, string] {
  if (argument.rest) return [words, '']
  const choices = [...(argument.choices?.(about) ?? [])].sort((a, b) => b.length - a.length)
  const choice = choices.find((one) => begins(words, one) && /^(\s|$)/.test(words.slice(one.length)))
  if (choice) return [words.slice(0, choice.length), words.slice(choice.length).trim()]
  const found = /^(?:["“”]([^"“”]*)["“”]|(\S+))\s*([\s\S]*)$/.exec(words)
  return found ? [found[1] ?? found[2] ?? '', found[3] ?? ''] : ['', '']
}

export interface Option {
  /** What the box holds once this is chosen. */
  text: string
  label: string
  /** The command it belongs to; its sentence explains it. */
  command: SlashCommand
  /** One value of an argument, not a command. */
  value?: string
  /** Nothing more can follow: choosing it runs it. */
  runs: boolean
}

/** What can be chosen for what stands before the caret; empty when it is no command, or nothing fits. */
export function complete(typed: string, about: About, sentence: (command: SlashCommand) => string): Option[] {
  const begun = BEGUN.exec(typed)
  if (begun) return commandsFor(begun[1]!, sentence)
  const found = WITH_ARGUMENTS.exec(typed)
  const command = found && commandNamed(found[1]!)
  return command ? valuesFor(command, { head: typed.slice(0, typed.length - found[2]!.length), words: found[2]! }, about) : []
}

function commandsFor(word: string, sentence: (command: SlashCommand) => string): Option[] {
  return COMMANDS
    .flatMap((command) => { const rank = rankOf(command, word, sentence(command)); return rank === null ? [] : [{ command, ...rank }] })
    .sort((a, b) => a.rank - b.rank)
    .map(({ command, name }) => {
      const runs = command.takes.length === 0
      return { text: `/${name}${runs ? '' : ' '}`, label: `/${name}`, command, runs }
    })
}

/** The nearer the word, the smaller: the whole name, its beginning, an alias's, a part of a name, a part of the sentence. */
function rankOf(command: SlashCommand, word: string, sentence: string): { rank: number; name: string } | null {
  const { name } = command
  if (!word || same(name, word)) return { rank: 0, name }
  const alias = command.aliases.find((one) => begins(one, word))
  if (alias && same(alias, word)) return { rank: 0, name: alias }
  if (begins(name, word)) return { rank: 1, name }
  if (alias) return { rank: 2, name: alias }
  if (name.includes(word.toLocaleLowerCase())) return { rank: 3, name }
  return word.length > 1 && sentence.toLocaleLowerCase().includes(word.toLocaleLowerCase()) ? { rank: 4, name } : null
}

/** Values of the argument that is being written: the first, for no command chooses more than one. */
function valuesFor(command: SlashCommand, { head, words }: { head: string; words: string }, about: About): Option[] {
  const [argument, ...more] = command.takes
  const choices = argument?.choices?.(about) ?? []
  const fitting = choices.filter((choice) => begins(choice, words) && !same(choice, words))
  return fitting.map((value) => ({ text: `${head}${value}${more.length ? ' ' : ''}`, label: value, command, value, runs: more.length === 0 }))
}

/** Whether Enter means what is written as it stands, although more could be chosen. */
export function stands(typed: string): boolean {
  const [, word, words] = BEGUN.exec(typed) ?? WITH_ARGUMENTS.exec(typed) ?? []
  const command = word ? commandNamed(word) : undefined
  return command !== undefined && !words && command.takes.every((argument) => argument.optional)
}

/** How a command is written: `/sendas name text`, what may be left out in brackets. */
export const usageOf = (command: SlashCommand, word: (argument: string) => string): string =>
  [`/${command.name}`, ...command.takes.map((one) => (one.optional ? `[${word(one.name)}]` : `<${word(one.name)}>`))].join(' ')
