import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { COMMANDS } from './commands'
import { complete, commandNamed, parse, stands, usageOf } from './slash.logic'
import type { About, Hands } from './slash.types'

interface Words {
  slash: Record<string, string>
  argument: Record<string, string>
}
/** As the file says it: imported, it is a set of functions. */
const wordsOf = (language: string): Words => JSON.parse(readFileSync(`src/locales/${language}/composer.json`, 'utf8')) as Words
const [en, zh] = [wordsOf('en'), wordsOf('zh-CN')]

const about: About = { character: 'Old Bob', personas: ['Marta', 'Marta Vey'], connections: ['House', 'Cloud'], themes: ['light', 'dark'] }
const sentence = ({ name }: { name: string }) => en.slash[name] ?? ''
const hands = () => new Proxy({} as Record<string, ReturnType<typeof vi.fn>>, { get: (all, name: string) => (all[name] ??= vi.fn()) })

/** Every command as somebody writes it, and what it then asks of the screen. */
const written: Record<string, [line: string, hand: keyof Hands, ...given: unknown[]]> = {
  help: ['/help', 'help'],
  sys: ['/sys Rain falls.\nIt stays.', 'say', 'Rain falls.\nIt stays.', { as: { role: 'system' }, reply: false }],
  sendas: ['/sendas old bob Good evening.', 'sayAs', 'Old Bob', 'Good evening.'],
  send: ['/send I wait.', 'say', 'I wait.', { reply: false }],
  continue: ['/continue slower', 'goOn', 'slower'],
  swipe: ['/swipe back', 'swipe', 'back'],
  regen: ['/regen', 'again', undefined],
  impersonate: ['/impersonate be rude', 'impersonate', 'be rude'],
  nudge: ['/nudge keep it short', 'nudge', 'keep it short'],
  stop: ['/stop', 'stop'],
  note: ['/note It is winter.', 'note', 'It is winter.'],
  persona: ['/persona marta vey', 'persona', 'Marta Vey'],
  model: ['/model cloud', 'model', 'Cloud'],
  length: ['/length short', 'length', 'short'],
  settings: ['/settings', 'settings'],
  bookmark: ['/bookmark the first kiss', 'bookmark', 'the first kiss'],
  branch: ['/branch copy', 'branch', true],
  branches: ['/branches', 'branches'],
  go: ['/go yesterday', 'go', 'yesterday'],
  find: ['/find blue lantern', 'find', 'blue lantern'],
  why: ['/why', 'why'],
  undo: ['/undo', 'undo'],
  redo: ['/redo', 'redo'],
  title: ['/title The long night', 'title', 'The long night'],
  export: ['/export jsonl', 'export', 'jsonl'],
  hide: ['/hide 3', 'hide', 3],
  unhide: ['/unhide', 'unhide', 1],
  del: ['/del 2', 'remove', 2],
  theme: ['/theme Dark', 'theme', 'dark'],
  keys: ['/keys', 'shortcuts'],
}

describe('the table', () => {
  it('is tried whole below', () => expect(Object.keys(written)).toEqual(COMMANDS.map((command) => command.name)))

  it.each(COMMANDS.map((command) => [command.name, command] as const))('/%s does what it says', (name, command) => {
    const [line, hand, ...given] = written[name]!
    const parsed = parse(line, about)
    expect(parsed).toMatchObject({ kind: 'command', command })
    const heard = hands()
    if (parsed.kind === 'command') void parsed.command.run(heard as never, parsed.given)
    expect(heard[hand]).toHaveBeenCalledExactlyOnceWith(...given)
    expect(Object.keys(heard)).toEqual([hand])
  })

  it('names every command and argument in both languages', () => {
    for (const words of [en, zh]) {
      expect(Object.keys(words.slash)).toEqual(COMMANDS.map((command) => command.name))
      for (const command of COMMANDS) for (const one of command.takes) expect(words.argument).toHaveProperty(one.name)
    }
  })

  it('gives no word to two commands, and each one a Chinese word', () => {
    const all = COMMANDS.flatMap((command) => [command.name, ...command.aliases])
    expect(new Set(all).size).toBe(all.length)
    for (const { aliases } of COMMANDS) expect(aliases.some((alias) => /\p{Script=Han}/u.test(alias))).toBe(true)
  })

  it.each(COMMANDS.flatMap((command) => command.aliases.map((alias) => [alias, command.name])))('knows /%s as /%s', (alias, name) => {
    expect(commandNamed(alias)?.name).toBe(name)
    expect(commandNamed(alias.toUpperCase())?.name).toBe(name)
  })
})

describe('what is no command', () => {
  it.each([['Hello', 'Hello'], ['//me waves', '/me waves'], ['／／me', '/me'], ['/ 2 of us', '/ 2 of us'], ['/(smiles)', '/(smiles)'], ['and/or', 'and/or'], ['/3', '/3']])('%s is sent as a text', (typed, text) => {
    expect(parse(typed, about)).toEqual({ kind: 'text', text })
  })
  it.each([['/dance', 'dance'], ['/', ''], ['/跳舞 你好', '跳舞']])('%s is no command we have', (typed, word) => {
    expect(parse(typed, about)).toEqual({ kind: 'unknown', word })
  })
})

describe('arguments', () => {
  it('says which one is missing', () => expect(parse('/title', about)).toMatchObject({ kind: 'missing', argument: { name: 'title' } }))
  it('says which one is none of its choices', () => expect(parse('/theme purple', about)).toMatchObject({ kind: 'refused', value: 'purple' }))
  it('takes the longest name that fits, and names in quotes', () => {
    expect(parse('/sendas Marta Vey Hello', about)).toMatchObject({ given: { name: 'Marta Vey', text: 'Hello' } })
    expect(parse('/sendas “Lady Ash” Hello', about)).toMatchObject({ given: { name: 'Lady Ash', text: 'Hello' } })
  })
  it('counts one for what is no count', () => {
    const heard = hands()
    for (const line of ['/del 0', '/del many', '/del 99999']) {
      const parsed = parse(line, about)
      if (parsed.kind === 'command') void parsed.command.run(heard as never, parsed.given)
    }
    expect(heard.remove!.mock.calls).toEqual([[1], [1], [1000]])
  })
})

describe('completion', () => {
  const texts = (typed: string) => complete(typed, about, sentence).map((option) => option.text)
  it('offers everything for a bare slash', () => expect(texts('/')).toHaveLength(COMMANDS.length))
  it('puts the nearest first', () => {
    expect(texts('/re').slice(0, 2)).toEqual(['/regen ', '/redo'])
    expect(texts('/send')[0]).toBe('/send ')
    expect(texts('/撤')).toEqual(['/撤销'])
  })
  it('finds a command by what it does', () => expect(texts('/kiss')).toEqual([]))
  it('finds a command by a word of its sentence', () => expect(texts('/jsonl')).toEqual(['/export ']))
  it('offers the choices of an argument', () => {
    expect(texts('/theme ')).toEqual(['/theme light', '/theme dark'])
    expect(texts('/theme d')).toEqual(['/theme dark'])
    expect(texts('/主题 d')).toEqual(['/主题 dark'])
    expect(texts('/sendas o')).toEqual(['/sendas Old Bob '])
  })
  it('offers nothing inside a text, or for a value that is written out', () => {
    expect([texts('either/or'), texts('//he'), texts('/theme dark'), texts('/title x')]).toEqual([[], [], [], []])
  })
  it('leaves a line alone that is whole as it stands', () => {
    expect(['/undo', '/continue', '/persona ', '/title', '/theme ', '/und'].map(stands)).toEqual([true, true, true, false, false, false])
  })
})

describe('docs/reference/slash-commands.md', () => {
  const word = (name: string) => en.argument[name] ?? ''
  const rows = COMMANDS.map((command) => `| \`${usageOf(command, word)}\` | ${command.aliases.map((alias) => `\`/${alias}\``).join(' ')} | ${sentence(command)} |`)
  const page = `# Slash commands

Type a slash at the beginning of the message. A list of what fits opens; the arrow keys choose, Enter or Tab takes, Esc closes.
What stands in \`[brackets]\` may be left out. Names with spaces may stand in quotes. Two slashes send a text that begins with one.
An unknown command is never sent: the composer says so and keeps the text.

This page is printed from the table in \`web/src/features/chat/slash/commands.ts\`; \`npx vitest run slash -u\` prints it again.

| Command | Also | What it does |
|---|---|---|
${rows.join('\n')}
`
  it('says what the table says', () => expect(page).toMatchFileSnapshot('../../../../../docs/reference/slash-commands.md'))
})
