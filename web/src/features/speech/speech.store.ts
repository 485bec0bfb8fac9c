import { defineStore } from 'pinia'
import { computed, reactive, ref, watch } from 'vue'
import { remember, remembered } from '@/lib/storage'
import { BrowserVoice } from './browser-voice'
import { ServerVoice } from './server-voice'
import { utterancesOf, type Utterance } from './speakable.logic'
import { settingsOf, type SpeechChoice, type SpeechSettings } from './voices.logic'

const key = 'tavern.speech'

/** Says one sentence; ends when it has been said or `stop` was called. */
export interface Voice {
  say: (utterance: Utterance, choice: SpeechChoice & { voices: SpeechSettings['voices'] }) => Promise<void>
  /** What comes next, so that it can be fetched meanwhile. */
  prepare: (utterance: Utterance, choice: SpeechChoice) => void
  stop: () => void
}

const canSpeak = (): boolean => 'speechSynthesis' in globalThis && 'SpeechSynthesisUtterance' in globalThis
const silence = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Reads one message at a time, sentence by sentence. */
export const useSpeech = defineStore('speech', () => {
  const settings = reactive(settingsOf(remembered(key, {})))
  watch(settings, () => remember(key, settings))

  /** What the layers of configuration wish for where this device chose nothing of its own. */
  const wishes = ref<{ voice?: string | null; rate?: number; skip?: SpeechSettings['skip'] }>({})
  /** The house's server: null until asked, false when it failed and the browser reads instead. */
  const server = ref<boolean | null>(null)
  const fellBack = ref(false)
  const reading = ref<string | null>(null)
  const available = computed(() => canSpeak() || server.value === true)
  const browser = new BrowserVoice()
  const remote = new ServerVoice()

  let queue: Utterance[] = []
  let told = 0
  let open = false
  let running = 0
  let who: string | null = null

  const choice = (): SpeechChoice & { voices: SpeechSettings['voices'] } => {
    const own = who ? settings.characters[who] : undefined
    return { voices: settings.voices, voice: own?.voice ?? wishes.value.voice ?? null, rate: own?.rate ?? (settings.rate === 1 ? (wishes.value.rate ?? 1) : settings.rate), pitch: own?.pitch ?? settings.pitch }
  }
  const skip = (): SpeechSettings['skip'] => (settings.skip === 'nothing' ? (wishes.value.skip ?? 'nothing') : settings.skip)
  const byServer = (): boolean => settings.server && server.value === true

  /** The server's voice, and the browser's when that fails: what is read is never interrupted for it. */
  async function say(utterance: Utterance): Promise<void> {
    if (byServer()) {
      try {
        return await remote.say(utterance, choice())
      } catch {
        server.value = false
        fellBack.value = true
      }
    }
    if (canSpeak()) await browser.say(utterance, choice())
  }

  async function run(turn: number): Promise<void> {
    while (turn === running) {
      const next = queue.shift()
      if (!next) {
        if (!open) finish()
        return
      }
      if (byServer()) for (const coming of [next, ...queue.slice(0, 1)]) remote.prepare(coming, choice())
      await silence(next.pauseMs)
      if (turn === running) await say(next)
    }
  }

  function finish(): void {
    reading.value = null
    open = false
    going = false
  }

  let going = false
  function go(): void {
    if (going) return
    going = true
    const turn = running
    void run(turn).finally(() => { if (turn === running) going = false })
  }

  function stop(): void {
    running += 1
    queue = []
    browser.stop()
    remote.stop()
    finish()
  }

  /** Read a finished message from its beginning. */
  function read(message: { id: string; text: string; character_id?: string | null }): void {
    stop()
    reading.value = message.id
    who = message.character_id ?? null
    queue = utterancesOf(message.text, { skip: skip() })
    if (queue.length) go()
    else finish()
  }

  /** Read along with a message that is being written: what has become whole sentences since last time. */
  function follow(message: { id: string; text: string; done: boolean; character_id?: string | null }): void {
    if (reading.value !== message.id) {
      if (message.done) return
      stop()
      reading.value = message.id
      told = 0
    }
    who = message.character_id ?? null
    open = !message.done
    const all = utterancesOf(message.text, { skip: skip(), open })
    queue.push(...all.slice(told))
    told = Math.max(told, all.length)
    if (queue.length) go()
    else if (!open && !going) finish()
  }

  return { settings, wishes, server, fellBack, reading, available, read, follow, stop }
})
