/** What is kept on this device about reading aloud. Voices differ from device to device, so they are not shared. */
export interface SpeechChoice {
  voice: string | null
  rate: number
  pitch: number
}
export interface SpeechSettings {
  /** One voice per language, null: the device's own. */
  voices: Record<'en' | 'zh-CN', string | null>
  rate: number
  pitch: number
  skip: 'nothing' | 'narration' | 'quotes'
  /** Read replies as they come. */
  auto: boolean
  /** By the house's speech server when there is one. */
  server: boolean
  characters: Record<string, SpeechChoice>
}

export const RATE = { min: 0.5, max: 2, step: 0.05 }
export const PITCH = { min: 0, max: 2, step: 0.1 }

const within = (given: unknown, { min, max }: { min: number; max: number }, fallback: number): number =>
  typeof given === 'number' && Number.isFinite(given) ? Math.min(max, Math.max(min, given)) : fallback
const textOr = (given: unknown): string | null => (typeof given === 'string' && given ? given : null)

export function settingsOf(kept: Partial<Record<keyof SpeechSettings, unknown>>): SpeechSettings {
  const voices = (kept.voices ?? {}) as Record<string, unknown>
  const characters = Object.entries((kept.characters ?? {}) as Record<string, Partial<SpeechChoice>>)
  return {
    voices: { en: textOr(voices.en), 'zh-CN': textOr(voices['zh-CN']) },
    rate: within(kept.rate, RATE, 1),
    pitch: within(kept.pitch, PITCH, 1),
    skip: kept.skip === 'narration' || kept.skip === 'quotes' ? kept.skip : 'nothing',
    auto: kept.auto === true,
    server: kept.server !== false,
    characters: Object.fromEntries(characters.map(([id, one]) => [id, { voice: textOr(one?.voice), rate: within(one?.rate, RATE, 1), pitch: within(one?.pitch, PITCH, 1) }])),
  }
}

export interface VoiceLike {
  name: string
  lang: string
  localService?: boolean
  default?: boolean
}

const spoken = (lang: string): string => lang.slice(0, 2).toLowerCase()

/** Voices for one language, those of this device before those that need the network. */
export function voicesFor<V extends VoiceLike>(all: readonly V[], lang: 'en' | 'zh-CN'): V[] {
  return all.filter((voice) => spoken(voice.lang) === spoken(lang)).sort((a, b) => Number(b.localService ?? false) - Number(a.localService ?? false))
}

/** The first of the wished-for voices that speaks the text's language, else that language's own. */
export function pickVoice<V extends VoiceLike>(all: readonly V[], lang: 'en' | 'zh-CN', wishes: readonly (string | null | undefined)[]): V | null {
  const fit = voicesFor(all, lang)
  for (const wish of wishes) {
    const found = wish && fit.find((voice) => voice.name === wish)
    if (found) return found
  }
  return fit.find((voice) => voice.default) ?? fit[0] ?? null
}
