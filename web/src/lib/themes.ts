/** What one can choose about the page's look. boot/boot.js knows the same names; look.test.ts holds the two together. */
export const themeNames = ['light', 'dark', 'contrast', 'candle', 'ink', 'sea'] as const
export type ThemeName = (typeof themeNames)[number]
export type Theme = ThemeName | 'system'
export const themes: readonly Theme[] = ['system', ...themeNames]

/** High contrast follows the system's day and night; the others are one of both. */
export const themeTone: Record<ThemeName, 'light' | 'dark' | 'system'> = {
  light: 'light', dark: 'dark', contrast: 'system', candle: 'dark', ink: 'light', sea: 'dark',
}
/** The colour of the browser's own bar: the theme's canvas. */
export const barColours: Record<ThemeName, string> & { night: string } = {
  light: '#fbf9f6', dark: '#151210', contrast: '#ffffff', candle: '#19110b', ink: '#f6f5ee', sea: '#0a141d', night: '#000000',
}

/** `own`: the theme's. */
export const accents = ['own', 'ember', 'rose', 'plum', 'lake', 'pine', 'moss'] as const
export type Accent = (typeof accents)[number]
export const densities = ['cosy', 'compact'] as const
export type Density = (typeof densities)[number]
export const faces = ['serif', 'sans', 'system', 'plain'] as const
export type Face = (typeof faces)[number]
/** Flat prose, bubbles, a document without faces, or the character's picture above a box of text. */
export const chatStyles = ['flat', 'bubbles', 'document', 'novel'] as const
export type ChatStyle = (typeof chatStyles)[number]
export const motions = ['system', 'still'] as const
export type Motion = (typeof motions)[number]

/** Percent of the browser's own text size. */
export const scales = [90, 100, 110, 125, 150] as const
export type Scale = (typeof scales)[number]

export interface System {
  dark: boolean
  contrast: boolean
}

/** The theme that is worn when this one is chosen. */
export function worn(theme: Theme, system: System): { name: ThemeName; dark: boolean } {
  const name = theme !== 'system' ? theme : system.contrast ? 'contrast' : system.dark ? 'dark' : 'light'
  const tone = themeTone[name]
  return { name, dark: tone === 'system' ? system.dark : tone === 'dark' }
}

export const barOf = ({ name, dark }: { name: ThemeName; dark: boolean }): string =>
  name === 'contrast' && dark ? barColours.night : barColours[name]
