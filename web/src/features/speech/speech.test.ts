import { render, screen } from '@testing-library/vue'
import userEvent from '@testing-library/user-event'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { i18n, speak } from '@/lib/i18n'
import { fakeServer, problem } from '@/testing/server'
import DictateButton from './components/DictateButton.vue'
import { joinDictated } from './composables/dictation'
import { useSpeech } from './speech.store'
import { pickVoice, settingsOf } from './voices.logic'

interface Said { text: string; lang: string; rate: number; onend: () => void }
let said: Said[] = []

/** A browser that speaks; each sentence ends when the test says so. */
function speakingBrowser(): void {
  said = []
  vi.stubGlobal('SpeechSynthesisUtterance', class { constructor(public text: string) {} })
  vi.stubGlobal('speechSynthesis', { getVoices: () => [{ name: 'Ada', lang: 'en-GB' }, { name: 'Ting', lang: 'zh-CN' }], speak: (one: Said) => said.push(one), cancel: () => undefined })
}
const heard = () => said.map(({ text }) => text)
const next = async (): Promise<void> => { said.at(-1)?.onend(); await vi.advanceTimersByTimeAsync(1_000) }

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  speakingBrowser()
  return () => vi.useRealTimers()
})

test('a message is read sentence by sentence until it is stopped', async () => {
  const speech = useSpeech()
  speech.read({ id: 'm1', text: 'One. Two. Three.' })
  await vi.advanceTimersByTimeAsync(1_000)
  await next()
  expect(heard()).toEqual(['One.', 'Two.'])
  speech.stop()
  await vi.advanceTimersByTimeAsync(5_000)
  expect([heard(), speech.reading]).toEqual([['One.', 'Two.'], null])
})

test('a reply is read along as it grows, every sentence once', async () => {
  const speech = useSpeech()
  for (const text of ['On', 'One. Tw', 'One. Two. Th']) {
    speech.follow({ id: 'm1', text, done: false })
    await vi.advanceTimersByTimeAsync(500)
  }
  speech.follow({ id: 'm1', text: 'One. Two. Three.', done: true })
  for (let turn = 0; turn < 4; turn += 1) await next()
  expect(heard()).toEqual(['One.', 'Two.', 'Three.'])
  expect(speech.reading).toBe(null)
})

test("a character's own voice and speed are used for it alone", async () => {
  const speech = useSpeech()
  speech.settings.characters.c1 = { voice: 'Ada', rate: 1.5, pitch: 1 }
  speech.read({ id: 'm1', text: 'Hm.', character_id: 'c1' })
  await vi.advanceTimersByTimeAsync(1_000)
  speech.read({ id: 'm2', text: 'Hm.', character_id: 'c2' })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(said.map(({ rate }) => rate)).toEqual([1.5, 1])
})

test('when the speech server fails the browser reads on, from the same sentence', async () => {
  const server = fakeServer({ 'POST /api/speech': () => problem(503, 'no_speech') })
  const speech = useSpeech()
  speech.server = true
  speech.read({ id: 'm1', text: 'One. Two.' })
  await vi.advanceTimersByTimeAsync(1_000)
  await next()
  expect(server.asked('POST /api/speech')[0]?.body).toEqual({ text: 'One.' })
  expect([heard(), speech.fellBack]).toEqual([['One.', 'Two.'], true])
})

test('a voice of the right language is picked, the wished-for one first', () => {
  const voices = [{ name: 'Ada', lang: 'en-GB' }, { name: 'Bo', lang: 'en-US', default: true }, { name: 'Ting', lang: 'zh-CN' }]
  expect([pickVoice(voices, 'en', ['Ting', 'Ada'])?.name, pickVoice(voices, 'en', [null])?.name, pickVoice(voices, 'zh-CN', ['Ada'])?.name]).toEqual(['Ada', 'Bo', 'Ting'])
  expect(pickVoice([], 'en', ['Ada'])).toBe(null)
})

test('settings that make no sense become settings that do', () => {
  expect(settingsOf({ rate: 99, pitch: 'high', skip: 'all', characters: { c: { rate: -1 } } })).toMatchObject({ rate: 2, pitch: 1, skip: 'nothing', characters: { c: { voice: null, rate: 0.5 } } })
})

test.each([
  ['', ' hello', 'hello'], ['I said', 'hello', 'I said hello'], ['I said ', 'hello', 'I said hello'], ['他说', '你好', '他说你好'], ['Well', ', yes', 'Well, yes'],
])('%o and %o become %o', (before, words, all) => expect(joinDictated(before, words)).toBe(all))

test('one can dictate where the browser listens, and sees nothing of it elsewhere', async () => {
  vi.useRealTimers()
  await speak('en')
  const text = ref('I said')
  const Holder = defineComponent(() => () => h(DictateButton, { modelValue: text.value, 'onUpdate:modelValue': (now: string) => (text.value = now) }))
  const shown = () => render(Holder, { global: { plugins: [i18n, createPinia()] } })
  shown().unmount()
  expect(screen.queryByRole('button')).toBeNull()
  let ears: { onresult: (event: object) => void } | undefined
  vi.stubGlobal('webkitSpeechRecognition', class { constructor() { ears = this as never } start() {} stop() {} abort() {} })
  shown()
  await userEvent.click(screen.getByRole('button', { name: 'Dictate' }))
  ears!.onresult({ resultIndex: 0, results: [{ isFinal: true, 0: { transcript: ' hello' } }] })
  expect(text.value).toBe('I said hello')
  expect(screen.getByRole('button', { name: 'Stop dictating' })).toBeTruthy()
})
