import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'

/** The browser's voices; most browsers name them a moment after the page has come. */
export function useVoices(): ShallowRef<readonly SpeechSynthesisVoice[]> {
  const voices = shallowRef<readonly SpeechSynthesisVoice[]>([])
  if (!('speechSynthesis' in globalThis)) return voices
  const read = (): void => { voices.value = speechSynthesis.getVoices() }
  read()
  speechSynthesis.addEventListener?.('voiceschanged', read)
  onScopeDispose(() => speechSynthesis.removeEventListener?.('voiceschanged', read))
  return voices
}
