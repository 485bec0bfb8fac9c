import { expect, test } from 'vitest'
import { defineComponent } from 'vue'
import { speak } from '@/lib/i18n'
import { show } from '@/testing/page'
import { useAskedBefore, usePartTitle } from './composables/prompt-words'

async function words(language: 'en' | 'zh-CN') {
  let titled!: ReturnType<typeof usePartTitle>
  let asked!: ReturnType<typeof useAskedBefore>
  await show(defineComponent(() => { titled = usePartTitle(); asked = useAskedBefore(); return () => [] }))
  await speak(language)
  return { titled, asked }
}

test('the parts of a prompt have the names of the reader\'s language', async () => {
  const { titled } = await words('zh-CN')
  const named = [['Description', 'character'], ['Example 12', 'examples'], ['Start of the chat', 'control'], ['Chat history', 'history']] as const
  expect(named.map(([title, source]) => titled({ title, source }))).toEqual(['描述', '示例 12', '对话开始', '历史'])
})

test('what a preset or a lorebook calls its own keeps its name', async () => {
  const { titled } = await words('zh-CN')
  expect([titled({ title: 'Fox rules', source: 'preset' }), titled({ title: 'Scenario', source: 'lore' })]).toEqual(['Fox rules', 'Scenario'])
})

test('who was asked before is told with the reason', async () => {
  const { asked } = await words('en')
  expect(asked([{ connection: 'Home', code: 'upstream_server_error' }, { connection: 'Den', code: 'odd' }])).toBe('Home (server error), Den (odd)')
  expect(asked(null)).toBe('')
})
