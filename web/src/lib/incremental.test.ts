import { describe, expect, it } from 'vitest'
import { IncrementalMarkdown, type Renderer } from './incremental'
import { parse, renderMarkdown } from './markdown'

const renderer: Renderer = { parse: (text) => parse(text), render: (text, open) => renderMarkdown(text, { open }) }

/** A small generator of chance, so that a failing seed can be run again. */
function chance(seed: number) {
  return () => {
    seed = (seed * 1664525 + 1013904223) >>> 0
    return seed / 2 ** 32
  }
}

const corpora = {
  mixed: [
    '# A tavern', '', '*Rain on the roof.* "You came **back**," she says.', 'A second line.', '', '> quoted', 'lazy', '', '---', '',
    'Title', '=====', '', '```js', 'const a = `x`', '# no heading', '```', '', 'After *it*', '', '| a | b |', '|---|:-:|', '| 1 | 2 |', '',
    '    indented', '', '「你好」**她说**。', '', '1. one', '2. two', '', 'end `code` "said"',
  ].join('\n'),
  list: Array.from({ length: 24 }, (_, i) => `- item *${i}* with "speech"\n  more of it${i % 5 === 0 ? '\n  - nested' : ''}`).join('\n') + '\n\nAfter.\n',
  code: 'Look:\n\n~~~~py\n' + Array.from({ length: 20 }, (_, i) => `x = ${i} # ~~~ "no"`).join('\n') + '\n~~~~\nDone.',
}

function pieces(text: string, random: () => number): string[] {
  const cuts: string[] = []
  for (let at = 0; at < text.length; ) {
    const size = 1 + Math.floor(random() * random() * 30)
    cuts.push(text.slice(at, at + size))
    at += size
  }
  return cuts
}

const shown = (inc: IncrementalMarkdown) =>
  inc.blocks.map((block) => block.html).join('') + (inc.tail.kind === 'html' ? inc.tail.html : `[${inc.tail.text}]`)
/** A list that was cut is two lists until the end. */
const joined = (html: string) => html.replace(/<\/(ul|ol)>\s*<\1(?: start="\d+")?>\s*/g, '')

describe.each(Object.entries(corpora))('%s text in pieces', (_name, text) => {
  it.each([1, 2, 3])('is shown as the whole is, seed %i', (seed) => {
    const inc = new IncrementalMarkdown(renderer)
    let full = ''
    for (const piece of pieces(text, chance(seed))) inc.update((full += piece))
    if (inc.tail.kind === 'html') expect(joined(shown(inc))).toBe(joined(renderMarkdown(text)))
    inc.finish(full)
    expect(shown(inc)).toBe(renderMarkdown(text))
  }, 30_000)
})

it('shows an open fence as text, without its half-written end', () => {
  const inc = new IncrementalMarkdown(renderer)
  inc.update('```js\nlet a\n``')
  expect(inc.tail).toEqual({ kind: 'code', text: 'let a\n', language: 'js' })
  inc.update('```js\nlet a\n```\nand')
  expect(inc.blocks).toHaveLength(0)
  inc.update('```js\nlet a\n```\nand more\n')
  expect(inc.blocks.map((block) => block.html)).toEqual(['<pre tabindex="0"><code class="language-js">let a\n</code></pre>\n'])
})

it('never touches a frozen block again', () => {
  const inc = new IncrementalMarkdown(renderer)
  inc.update('One.\n\nTwo.\n\nThree')
  const first = inc.blocks[0]
  inc.update('One.\n\nTwo.\n\nThree.\n\nFour.\n')
  expect(inc.blocks[0]).toBe(first)
  expect(inc.blocks.length).toBeGreaterThan(1)
})

it('gives away the finished items of a long list', () => {
  const inc = new IncrementalMarkdown(renderer)
  inc.update(corpora.list.slice(0, 600))
  expect(inc.blocks.length).toBeGreaterThan(0)
})

it('begins anew with text that does not continue what was seen', () => {
  const inc = new IncrementalMarkdown(renderer)
  inc.update('One.\n\nTwo.\n')
  inc.update('Other')
  expect(shown(inc)).toBe('<p>Other</p>\n')
})
