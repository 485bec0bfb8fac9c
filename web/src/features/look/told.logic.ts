import { chatStyles, type ChatStyle } from '@/lib/themes'

/** What `/chat/background` says where no picture is wanted. */
export const NO_BACKDROP = 'none'

/** What the layers of configuration say, and who says it; see room config. */
export interface Told {
  values: Record<string, unknown>
  sources: Record<string, { type: string } | 'seed' | undefined>
}
const near = (told: Told, path: string): boolean => {
  const source = told.sources[path]
  return typeof source === 'object' && (source.type === 'character' || source.type === 'conversation')
}

/** A chat's or a character's own style first, then what this device chose, then the account's. */
export function styleOf(told: Told | undefined, device: ChatStyle): ChatStyle {
  const said = chatStyles.find((style) => style === told?.values['/chat/style'])
  if (!told || !said) return device
  return near(told, '/chat/style') || device === 'flat' ? said : device
}

/** Taken away, or another one of ours in its place. */
export function backdropOf(told: Told | undefined, own: string | null): string | null {
  const said = told?.values['/chat/background']
  if (said === NO_BACKDROP) return null
  return typeof said === 'string' && /^\/api\/[\w/.?=&-]+$/.test(said) ? said : own
}
