import type { Token } from 'markdown-it'
import { parse } from '@/lib/markdown'

export type Part = 'narration' | 'quote'
export type Skip = 'nothing' | 'narration' | 'quotes'

/** A sentence as it is read aloud. */
export interface Utterance {
  text: string
  part: Part
  lang: 'en' | 'zh-CN'
  /** Silence before it: longer where a paragraph begins, a little where speech begins or ends. */
  pauseMs: number
}

const PAUSE_PARAGRAPH_MS = 420
const PAUSE_SPEAKER_MS = 180
const SILENT = new Set(['fence', 'code_block', 'html_block', 'html_inline', 'image', 'code_inline'])
const HAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu
const LETTER = /\p{L}/gu

/** Which voice reads this: Chinese as soon as a third of its letters are. */
export function langOf(text: string): 'en' | 'zh-CN' {
  const letters = text.match(LETTER)?.length ?? 0
  return letters > 0 && (text.match(HAN)?.length ?? 0) / letters > 0.33 ? 'zh-CN' : 'en'
}

interface Run {
  text: string
  part: Part
  paragraph: number
}

/** The text's runs of narration and speech, code and pictures left out. */
function runsOf(tokens: readonly Token[]): Run[] {
  const runs: Run[] = []
  let paragraph = 0
  for (const token of tokens) {
    if (token.type !== 'inline') continue
    paragraph += 1
    let part: Part = 'narration'
    for (const child of token.children ?? []) {
      if (child.type === 'quote_open') part = 'quote'
      else if (child.type === 'quote_close') part = 'narration'
      else if (child.type === 'softbreak' || child.type === 'hardbreak') runs.push({ text: ' ', part, paragraph })
      else if (child.content && !SILENT.has(child.type)) runs.push({ text: child.content, part, paragraph })
    }
  }
  return joined(runs)
}

function joined(runs: readonly Run[]): Run[] {
  const all: Run[] = []
  for (const run of runs) {
    const last = all.at(-1)
    if (last && last.part === run.part && last.paragraph === run.paragraph) last.text += run.text
    else all.push({ ...run })
  }
  return all
}

/** An end of a sentence with what closes it; a dot between digits or after a title is none. */
const SENTENCE = /.*?(?:(?<!\b(?:Mr|Mrs|Ms|Dr|St|vs|etc))[.!?…]+["'”’»)\]]*(?=\s|$)|[。！？；…]+[”’」』）]*|$)/gsu
const CHARACTERS_MAX = 400

function sentencesOf(text: string): string[] {
  const found = (text.match(SENTENCE) ?? []).map((one) => one.replace(/\s+/g, ' ').trim()).filter((one) => /[\p{L}\p{N}]/u.test(one))
  return found.flatMap(bounded)
}

/** Some voices fall silent in the middle of a very long sentence: it is cut at a comma. */
function bounded(sentence: string): string[] {
  if (sentence.length <= CHARACTERS_MAX) return [sentence]
  const cut = Math.max(...['，', ',', '、', ';', ' '].map((mark) => sentence.lastIndexOf(mark, CHARACTERS_MAX)))
  const at = cut > CHARACTERS_MAX / 2 ? cut + 1 : CHARACTERS_MAX
  return [sentence.slice(0, at).trim(), ...bounded(sentence.slice(at).trim())]
}

const skipped: Record<Skip, Part | null> = { nothing: null, narration: 'narration', quotes: 'quote' }

/** A message as sentences to be read, in order. `open`: it is still being written, so its last sentence is held back. */
export function utterancesOf(text: string, { skip = 'nothing', open = false }: { skip?: Skip; open?: boolean } = {}): Utterance[] {
  const all: Utterance[] = []
  let paragraph = 0
  for (const run of runsOf(parse(text, { open }))) {
    for (const sentence of sentencesOf(run.text)) {
      const pauseMs = run.paragraph !== paragraph ? PAUSE_PARAGRAPH_MS : all.length && all.at(-1)!.part !== run.part ? PAUSE_SPEAKER_MS : 0
      paragraph = run.paragraph
      all.push({ text: sentence, part: run.part, lang: langOf(sentence), pauseMs })
    }
  }
  if (open) all.pop()
  return all.filter(({ part }) => part !== skipped[skip])
}
