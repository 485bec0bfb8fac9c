import { coloursCame } from '@/lib/highlight'
import { renderMarkdown, type RenderOptions } from '@/lib/markdown'

/** Rendered messages are kept, so that scrolling back over them costs no parsing. */
const KEPT_MAX = 400
const kept = new Map<string, string>()

export function htmlOf(text: string, options: RenderOptions = {}): string {
  // What was rendered before the colours of code came is rendered once more; so is what has pictures, by what they show.
  const key = `${options.copyLabel ?? ''} ${text.includes('```') ? coloursCame.value : 0} ${text.includes('![') ? options.pictures?.key : ''} ${text}`
  const known = kept.get(key)
  if (known !== undefined) {
    kept.delete(key)
    kept.set(key, known)
    return known
  }
  const html = renderMarkdown(text, options)
  kept.set(key, html)
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!)
  return html
}

/** A text on one line of a list: without its marks, which mean nothing there. */
export const plain = (text: string): string => text.replace(/(\*{1,3}|_{2}|~~|`+|^#{1,6}\s|^>\s?)/gm, '').replace(/\s+/g, ' ').trim()

/** The language of a text, as far as its letters tell: each has its own reading face and quotation marks. */
export function languageOf(text: string, page: string): string | undefined {
  const start = text.slice(0, 400)
  if (/[\u3040-\u30ff]/.test(start)) return 'ja'
  if (/[\uac00-\ud7af]/.test(start)) return 'ko'
  const han = start.match(/[\u3400-\u9fff]/g)?.length ?? 0
  if (han > start.length / 10) return page.startsWith('zh') ? undefined : 'zh-CN'
  return page.startsWith('zh') ? 'en' : undefined
}
