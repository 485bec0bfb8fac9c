import DOMPurify from 'dompurify'
import MarkdownIt, { type Token } from 'markdown-it'
import cjkFriendly from 'markdown-it-cjk-friendly'
import { painted } from './highlight'
import { markQuotes } from './quotes'

/** What a message's text becomes on the page. HTML in it is shown as text; nothing is loaded from other places. */
export interface RenderOptions {
  /** The text is still being written: speech without an end is speech. */
  open?: boolean
  /** Words for a picture that is not loaded, e.g. "Picture from example.org". */
  pictureLabel?: (host: string) => string
  /** The name of the button at a block of code; none: no button. */
  copyLabel?: string
  /** Who draws pictures of other servers; without one they are links. `key` changes whenever what is drawn would. */
  pictures?: { key: string; html: (picture: ForeignPicture) => string }
}

/** A picture that a text names on another server. `open`: in a text that is still being written. */
export interface ForeignPicture {
  address: string
  host: string
  alt: string
  open: boolean
}

const md = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false }).use(cjkFriendly)
// `[Name]: text` is how people write in brackets, and here it must not vanish as a link's definition.
md.disable('reference')
md.linkify.set({ fuzzyLink: false, fuzzyEmail: false })

md.core.ruler.push('speech', (state) => {
  const open = Boolean((state.env as RenderOptions).open)
  const last = state.tokens.findLastIndex((token) => token.type === 'inline')
  state.tokens.forEach((token, index) => {
    if (token.type === 'inline' && token.children)
      token.children = markQuotes(token.children, (type, tag, nesting) => new state.Token(type, tag, nesting), open && index === last)
  })
})

const { rules } = md.renderer
const escape = md.utils.escapeHtml
export const escapeHtml = escape

rules.link_open = (tokens, index, options, _env, self) => {
  tokens[index]!.attrSet('target', '_blank')
  tokens[index]!.attrSet('rel', 'noopener noreferrer nofollow ugc')
  return self.renderToken(tokens, index, options)
}

/** A box that scrolls must be reachable by keyboard. What the button copies, its component reads from the box. */
function codeBox(token: Token, { copyLabel }: RenderOptions): string {
  const language = token.info.trim().split(/\s+/)[0]?.replace(/[^\w+#-]/g, '') ?? ''
  const named = language ? ` class="language-${language}"` : ''
  const body = painted(token.content, language) ?? escape(token.content)
  const box = `<pre tabindex="0"><code${named}>${body}</code></pre>`
  if (!copyLabel) return `${box}\n`
  return `<div class="code"><div class="code-head">${language}<button type="button" class="code-copy">${escape(copyLabel)}</button></div>${box}</div>\n`
}
rules.fence = (tokens, index, _options, env) => codeBox(tokens[index]!, env as RenderOptions)
rules.code_block = (tokens, index, _options, env) => codeBox(tokens[index]!, env as RenderOptions)

// Inline styles are forbidden by the page's policy: alignment of cells becomes a class.
for (const cell of ['th_open', 'td_open']) {
  rules[cell] = (tokens, index, options, _env, self) => {
    const token = tokens[index]!
    const side = /text-align:(center|right)/.exec(String(token.attrGet('style') ?? ''))?.[1]
    token.attrs = side ? [['class', side === 'right' ? 'text-right' : 'text-center']] : null
    return self.renderToken(tokens, index, options)
  }
}

/** The host a picture would be fetched from; '' when it is ours or part of the text. */
function foreignHost(source: string): string {
  if (/^(data:image\/|blob:|\/(?!\/))/i.test(source)) return ''
  try {
    return new URL(source, location.origin).host === location.host ? '' : new URL(source, location.origin).host
  } catch {
    return '?'
  }
}

rules.image = (tokens, index, _options, env) => {
  const token = tokens[index]!
  const { pictureLabel, pictures, open = false } = env as RenderOptions
  const address = String(token.attrGet('src') ?? '')
  const source = escape(address)
  const host = foreignHost(address)
  if (!host)
    return `<img src="${source}" alt="${escape(token.content)}" loading="lazy" referrerpolicy="no-referrer">`
  if (pictures) return pictures.html({ address, host, alt: token.content, open })
  const label = escape(pictureLabel?.(host) ?? host)
  const alt = token.content ? ` · ${escape(token.content)}` : ''
  return `<a class="remote-image" data-host="${escape(host)}" href="${source}" target="_blank" rel="noopener noreferrer nofollow ugc">${label}${alt}</a>`
}

const purify = {
  ALLOWED_TAGS: [
    'p', 'br', 'hr', 'em', 'strong', 's', 'del', 'span', 'a', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li',
    'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'img', 'div', 'button',
  ],
  ALLOWED_ATTR: ['class', 'href', 'title', 'src', 'alt', 'rel', 'target', 'start', 'tabindex', 'loading', 'referrerpolicy', 'data-host', 'type'],
  // the pattern below is asked about every attribute that is not named here
  ADD_URI_SAFE_ATTR: ['rel', 'target', 'start', 'tabindex', 'loading', 'referrerpolicy', 'data-host', 'type'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|blob:https?:|data:image\/(?:png|gif|jpeg|webp);|\/(?!\/)|#)/i,
}

export const sanitise = (html: string): string => DOMPurify.sanitize(html, purify)

export const parse = (text: string, options: RenderOptions = {}): Token[] => md.parse(text, { ...options })

export function renderMarkdown(text: string, options: RenderOptions = {}): string {
  return sanitise(md.render(text, { ...options }))
}
