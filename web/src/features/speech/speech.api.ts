import { api, body, changeHeaders } from '@/lib/api'
import { problemOf } from '@/lib/problem'

export interface SpeechServer {
  ready: boolean
  voice?: string
  base_url?: string | null
  model?: string | null
  has_key?: boolean | null
  version?: number | null
}
export interface SpeechGiven {
  base_url: string
  model: string
  voice: string
  key?: string
  version?: number
}

export const getSpeech = (): Promise<SpeechServer> => body(api.GET('/api/speech', {}))
export const keepSpeech = (given: SpeechGiven): Promise<SpeechServer> => body(api.PUT('/api/speech', { body: given }))
export const removeSpeech = async (): Promise<void> => void (await api.DELETE('/api/speech', {}))

/** One sentence as sound. A body that is no JSON is fetched by hand. */
export async function fetchSpeech(text: string, voice: string | null, signal: AbortSignal): Promise<Blob> {
  const given = JSON.stringify({ text, ...(voice ? { voice } : {}) })
  const answer = await fetch('/api/speech', { method: 'POST', body: given, signal, headers: { 'Content-Type': 'application/json', ...changeHeaders() } })
  if (!answer.ok) throw await problemOf(answer)
  return answer.blob()
}
