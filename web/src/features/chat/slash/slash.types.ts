/** What a slash command is made of, and what it may ask of the screen. */
export type Speaker = 'user' | 'character' | 'system'

/** Who says a line, when it is not simply me. */
export interface SpeakAs {
  role: Speaker
  name?: string
  /** A member of the conversation's group. */
  character_id?: string
}

/** What the arguments of commands are chosen from. */
export interface About {
  character: string
  personas: readonly string[]
  connections: readonly string[]
  themes: readonly string[]
}

export interface Argument {
  name: string
  optional?: boolean
  /** Takes all that is left of the text, line breaks too. */
  rest?: boolean
  choices?: (about: About) => readonly string[]
  /** Nothing but its choices will do. */
  only?: boolean
}

export type Given = Readonly<Record<string, string | undefined>>

/** `false`: it could not be done, and the text goes back to where it was written. */
export type Outcome = unknown

/** What commands can do here; the composer fulfils it. */
export interface Hands {
  help: () => Outcome
  say: (text: string, how: { as?: SpeakAs; reply: boolean }) => Outcome
  sayAs: (who: string, text: string) => Outcome
  goOn: (nudge?: string) => Outcome
  again: (nudge?: string) => Outcome
  impersonate: (nudge?: string) => Outcome
  stop: () => Outcome
  swipe: (to: string | undefined) => Outcome
  nudge: (text: string | undefined) => Outcome
  note: (text: string | undefined) => Outcome
  persona: (name: string | undefined) => Outcome
  model: (name: string | undefined) => Outcome
  length: (value: string) => Outcome
  settings: () => Outcome
  bookmark: (label: string | undefined) => Outcome
  branch: (copy: boolean) => Outcome
  branches: () => Outcome
  go: (to: string) => Outcome
  find: (words: string) => Outcome
  why: () => Outcome
  undo: () => Outcome
  redo: () => Outcome
  title: (title: string) => Outcome
  export: (format: string) => Outcome
  hide: (count: number) => Outcome
  unhide: (count: number) => Outcome
  remove: (count: number) => Outcome
  theme: (name: string) => Outcome
  shortcuts: () => Outcome
}

export interface SlashCommand {
  /** Latin, lower case; also the key of its sentence in `composer.slash`. */
  name: string
  /** Other words for it, in English and Chinese. */
  aliases: readonly string[]
  takes: readonly Argument[]
  run: (hands: Hands, given: Given) => Outcome
}
