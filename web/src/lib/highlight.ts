import { shallowRef } from 'vue'

/** Colours of code, fetched when the first block in a language we know is seen. Until then, and for others, code is plain. */
type Painter = (code: string, language: string) => string

/** What people write after the fence, and which of our languages it is. */
const NAMES: Record<string, string> = {
  bash: 'bash', sh: 'bash', shell: 'bash', zsh: 'bash', css: 'css', scss: 'css', javascript: 'javascript', js: 'javascript', jsx: 'javascript', mjs: 'javascript',
  typescript: 'typescript', ts: 'typescript', tsx: 'typescript', json: 'json', jsonc: 'json', markdown: 'markdown', md: 'markdown', python: 'python', py: 'python',
  sql: 'sql', xml: 'xml', html: 'xml', svg: 'xml', vue: 'xml', yaml: 'yaml', yml: 'yaml',
}
/** Longer blocks stay plain: colouring them would stop the page. */
const CODE_MAX = 20_000

/** Counts up when the colours have come; what reads it is drawn again. */
export const coloursCame = shallowRef(0)
let painter: Painter | null = null
let asked: Promise<void> | null = null

/** Fetch the colours if this language has some. */
export function wantColours(language: string): void {
  if (!NAMES[language.toLowerCase()] || painter) return
  asked ??= import('./highlight-languages').then(
    ({ paint }) => { painter = paint; coloursCame.value += 1 },
    () => { asked = null },
  )
}

/** Code as HTML in colours; `null` while it can only be shown plain. */
export function painted(code: string, language: string): string | null {
  const name = NAMES[language.toLowerCase()]
  if (!name || code.length > CODE_MAX) return null
  if (!painter) wantColours(language)
  return painter?.(code, name) ?? null
}
