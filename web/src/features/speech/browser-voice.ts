import type { Utterance } from './speakable.logic'
import type { Voice } from './speech.store'
import { pickVoice } from './voices.logic'

/** Some browsers never say that they have ended; then the next sentence comes after what reading takes at most. */
const MS_PER_CHARACTER_MAX = 220
const MS_LEAST = 4_000

/** The browser's own voices. */
export class BrowserVoice implements Voice {
  private release: (() => void) | null = null

  prepare(): void {
    // Nothing has to be fetched.
  }

  say(utterance: Utterance, choice: Parameters<Voice['say']>[1]): Promise<void> {
    const said = new SpeechSynthesisUtterance(utterance.text)
    const voice = pickVoice(speechSynthesis.getVoices(), utterance.lang, [choice.voice, choice.voices[utterance.lang]])
    Object.assign(said, { voice, lang: voice?.lang ?? utterance.lang, rate: choice.rate, pitch: choice.pitch })
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(), MS_LEAST + (utterance.text.length * MS_PER_CHARACTER_MAX) / choice.rate)
      this.release = () => { clearTimeout(timer); resolve() }
      said.onend = said.onerror = () => this.release?.()
      speechSynthesis.speak(said)
    })
  }

  stop(): void {
    if ('speechSynthesis' in globalThis) speechSynthesis.cancel()
    this.release?.()
    this.release = null
  }
}
