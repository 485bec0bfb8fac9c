import { describe, expect, it, vi } from 'vitest'
import { coloursCame } from './highlight'
import { renderMarkdown } from './markdown'
import { mend } from './mend'

const spoken = (text: string, open = false) =>
  [...renderMarkdown(text, { open }).matchAll(/<span class="q">(.*?)<\/span>/gs)].map((found) => found[1])

describe('speech', () => {
  it.each([
    ['"You came back," she says. "Sit."', ['"You came back,"', '"Sit."']],
    ['“Curly,” he said.', ['“Curly,”']],
    ['她说：「你好，『朋友』，坐。」', ['「你好，『朋友』，坐。」']],
    ['*She smiles. "Hello."*', ['"Hello."']],
    ['"Nobody but **somebody** did."', ['"Nobody but <strong>somebody</strong> did."']],
    ['a `"string"` in code', []],
    ['an unfinished "sentence', []],
    ['"opens *and ends"* elsewhere', []],
  ])('of %s', (text, expected) => expect(spoken(text)).toEqual(expected))

  it('without an end is speech while the text is being written', () => {
    expect(spoken('She says "Come', true)).toEqual(['"Come'])
    expect(spoken('“One.\n\nTwo', true)).toEqual([])
  })
})

it('reads emphasis beside Chinese punctuation', () => {
  expect(renderMarkdown('**「你好」**她说，*（微笑）*你来了')).toContain('<strong><span class="q">「你好」</span></strong>她说，<em>（微笑）</em>')
})

it('shows HTML as the text it is', () => {
  const html = renderMarkdown('<img src=x onerror=alert(1)><script>x</script> <b>bold</b>')
  expect(html).not.toMatch(/<(img|script|b)\b/)
  expect(html).toContain('&lt;script&gt;')
})

it.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x'])('makes no link of %s', (target) => {
  expect(renderMarkdown(`[a](${target})`)).not.toContain('href')
})

it('opens links elsewhere and without a trace', () => {
  expect(renderMarkdown('[a](https://example.org)')).toContain('rel="noopener noreferrer nofollow ugc"')
})

it('names the host of a picture instead of loading it', () => {
  const html = renderMarkdown('![map](https://evil.example/p.png)', { pictureLabel: (host) => `Picture from ${host}` })
  expect(html).not.toContain('<img')
  expect(html).toContain('Picture from evil.example · map')
})

it('shows a picture of ours', () => {
  expect(renderMarkdown('![a](/api/x.webp)')).toContain('<img src="/api/x.webp"')
})

it('gives a block of code its language and a button to copy it', () => {
  const html = renderMarkdown('```py\nprint(1)\n```', { copyLabel: 'Copy' })
  expect(html).toContain('<div class="code-head">py<button type="button" class="code-copy">Copy</button></div>')
})

it('colours code once its colours have come, and only languages it knows', async () => {
  expect(renderMarkdown('```python\nx = 1\n```')).toContain('<code class="language-python">x = 1')
  await vi.waitFor(() => expect(coloursCame.value).toBe(1))
  expect(renderMarkdown('```python\nx = 1\n```')).toContain('<span class="hljs-number">1</span>')
  expect(renderMarkdown('```klingon\nx = "<b>"\n```')).toContain('x = "&lt;b&gt;"')
})

it('lets the keyboard reach a box of code', () => {
  expect(renderMarkdown('```abc\nconst a = "<b>"\n```')).toBe('<pre tabindex="0"><code class="language-abc">const a = "&lt;b&gt;"\n</code></pre>\n')
})

it('keeps a line that looks like the definition of a link', () => {
  expect(renderMarkdown('[Narrator]: the rain falls')).toContain('[Narrator]: the rain falls')
})

it.each([
  ['She *turns', 'She *turns*'],
  ['**bold', '**bold**'],
  ['**bold*', '**bold**'],
  ['*a **b', '*a **b***'],
  ['a `code', 'a `code`'],
  ['done *here* ', 'done *here* '],
  ['* item', '* item'],
  ['2 * 3', '2 * 3'],
  ['*over\n\nnew', '*over\n\nnew'],
])('closes what is open in %j', (text, expected) => expect(mend(text)).toBe(expected))
