import { onScopeDispose, ref, type Ref } from 'vue'

interface Recognised { isFinal: boolean; 0: { transcript: string } }
interface Recognition {
  lang: string
  continuous: boolean
  interimResults: boolean
  onresult: ((event: { resultIndex: number; results: ArrayLike<Recognised> }) => void) | null
  onend: (() => void) | null
  onerror: ((event: { error: string }) => void) | null
  start: () => void
  stop: () => void
  abort: () => void
}
type Recogniser = new () => Recognition

const recogniser = (): Recogniser | undefined => {
  const scope = globalThis as unknown as { SpeechRecognition?: Recogniser; webkitSpeechRecognition?: Recogniser }
  return scope.SpeechRecognition ?? scope.webkitSpeechRecognition
}
export const canDictate = (): boolean => recogniser() !== undefined

/** Put words to what stands there: a blank between words of Latin letters, none in Chinese or after a blank. */
export function joinDictated(before: string, heard: string): string {
  const words = heard.trim()
  if (!before || !words) return before + words
  return /[\s\p{Script=Han}，。！？“「（(]$/u.test(before) || /^[\p{Script=Han}\p{P}]/u.test(words) ? before + words : `${before} ${words}`
}

interface Dictation {
  listening: Ref<boolean>
  /** Why the browser would not listen. */
  refused: Ref<boolean>
  toggle: () => void
}

/** Listens until stopped; `heard` gets every finished phrase. */
export function useDictation(lang: () => string, heard: (text: string) => void): Dictation {
  const listening = ref(false)
  const refused = ref(false)
  let now: Recognition | null = null

  function start(): void {
    const Kind = recogniser()
    if (!Kind) return
    now = Object.assign(new Kind(), { lang: lang(), continuous: true, interimResults: false })
    now.onresult = ({ resultIndex, results }) => {
      for (let at = resultIndex; at < results.length; at += 1) if (results[at]!.isFinal) heard(results[at]![0].transcript)
    }
    now.onerror = ({ error }) => { refused.value = error === 'not-allowed' || error === 'service-not-allowed' || error === 'network' }
    now.onend = () => { listening.value = false; now = null }
    refused.value = false
    now.start()
    listening.value = true
  }
  onScopeDispose(() => now?.abort())
  return { listening, refused, toggle: () => (listening.value ? now?.stop() : start()) }
}
