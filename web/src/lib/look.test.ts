import { readFileSync } from 'node:fs'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test } from 'vitest'
import { nextTick } from 'vue'
import { useLook } from './look'
import { themes, worn } from './themes'

const boot = readFileSync('boot/boot.js', 'utf8')
const root = document.documentElement
const bar = document.head.appendChild(Object.assign(document.createElement('meta'), { name: 'theme-color' }))
const painted = () => ({ html: root.cloneNode(false) as HTMLElement, bar: bar.content })
/** Run the boot script as the page does, on a root that nothing has touched. */
function bootPage(): void {
  for (const { name } of [...root.attributes]) root.removeAttribute(name)
  new Function(boot)()
}
const said = ({ html, bar: content }: ReturnType<typeof painted>) =>
  [[...html.attributes].map(({ name, value }) => `${name}=${name === 'style' ? value.replaceAll(/\s/g, '') : value}`).filter((one) => !one.endsWith('=')).sort(), content]

beforeEach(() => setActivePinia(createPinia()))

test.each(themes)('the boot script paints %s as the page will', async (theme) => {
  const look = useLook()
  look.change({ theme, accent: 'lake', density: 'compact', face: 'plain', motion: 'still', scale: 125, readSize: 20, language: 'zh-CN' })
  await nextTick()
  const before = said(painted())
  bootPage()
  expect(said(painted())).toEqual(before)
})

test('the boot script survives a memory that holds nonsense', () => {
  for (const nonsense of ['{broken', 'null', '{"theme":"toString","accent":3,"readSize":"x"}']) {
    localStorage.setItem('tavern.look', nonsense)
    bootPage()
    expect([root.dataset.theme, root.dataset.accent, root.lang]).toEqual(['light', 'own', 'en'])
  }
})

test('what an older or newer page kept becomes a look that exists', () => {
  localStorage.setItem('tavern.look', '{"theme":"neon","chat":"comic","scale":1000,"readSize":90}')
  const { theme, chat, scale, readSize } = useLook()
  expect({ theme, chat, scale, readSize }).toEqual({ theme: 'system', chat: 'flat', scale: 100, readSize: 22 })
})

test.each([
  ['system', { dark: true, contrast: false }, { name: 'dark', dark: true }],
  ['system', { dark: true, contrast: true }, { name: 'contrast', dark: true }],
  ['contrast', { dark: false, contrast: false }, { name: 'contrast', dark: false }],
  ['ink', { dark: true, contrast: true }, { name: 'ink', dark: false }],
] as const)('%s on %o wears %o', (theme, system, wears) => expect(worn(theme, system)).toEqual(wears))
