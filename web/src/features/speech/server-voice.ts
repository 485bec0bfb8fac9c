import { fetchSpeech } from './speech.api'
import type { Utterance } from './speakable.logic'
import type { Voice } from './speech.store'
import type { SpeechChoice } from './voices.logic'

/** The house's speech server: the next sentence is fetched while one is heard. */
export class ServerVoice implements Voice {
  private readonly coming = new Map<string, Promise<Blob>>()
  private player: HTMLAudioElement | null = null
  private release: (() => void) | null = null
  private stopped = new AbortController()

  prepare(utterance: Utterance, choice: SpeechChoice): void {
    this.sound(utterance, choice).catch(() => undefined)
  }

  async say(utterance: Utterance, choice: SpeechChoice): Promise<void> {
    const { signal } = this.stopped
    const sound = await this.sound(utterance, choice).finally(() => this.coming.delete(utterance.text))
    if (signal.aborted) return
    const url = URL.createObjectURL(sound)
    try {
      await this.play(url, choice.rate)
    } finally {
      URL.revokeObjectURL(url)
    }
  }

  stop(): void {
    this.stopped.abort()
    this.stopped = new AbortController()
    this.coming.clear()
    this.player?.pause()
    this.release?.()
    this.player = this.release = null
  }

  private sound(utterance: Utterance, choice: SpeechChoice): Promise<Blob> {
    const known = this.coming.get(utterance.text)
    if (known) return known
    const asked = fetchSpeech(utterance.text, choice.voice, this.stopped.signal)
    this.coming.set(utterance.text, asked)
    return asked
  }

  private play(url: string, rate: number): Promise<void> {
    const player = new Audio(url)
    player.playbackRate = rate
    this.player = player
    return new Promise((resolve, reject) => {
      this.release = resolve
      player.onended = () => resolve()
      player.onerror = () => reject(new Error('this sound cannot be played'))
      player.play().catch(reject)
    })
  }
}
