import { readFileSync } from 'node:fs'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test } from 'vitest'
import { nextTick } from 'vue'
import { useLook } from './look'

const boot = readFileSync('boot/boot.js', 'utf8')
const root = document.documentElement
/** Run the boot script as the page does, on a root that nothing has touched. */
function bootPage(): void {
  root.removeAttribute('class')
  root.removeAttribute('style')
  new Function(boot)()
}

beforeEach(() => setActivePinia(createPinia()))

test('what is chosen now is painted by the boot script next time', async () => {
  const look = useLook()
  look.setTheme('dark')
  look.setLanguage('zh-CN')
  look.setReadSize(20)
  await nextTick()
  bootPage()
  expect([root.classList.contains('dark'), root.lang, root.style.getPropertyValue('--read-size')]).toEqual([true, 'zh-CN', '1.25rem'])
})

test('the boot script survives a memory that holds nonsense', () => {
  localStorage.setItem('tavern.look', '{broken')
  bootPage()
  expect(root.classList.contains('dark')).toBe(false)
  expect(root.lang).toBe('en')
})

test('the reading size stays within its bounds', () => {
  const look = useLook()
  look.setReadSize(90)
  expect(look.readSize).toBe(22)
})
