/** A hue that stays with a name, so that a character without a picture is still recognised. */
export function hueOf(name: string): number {
  let sum = 7
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) % 3600
  return sum / 10
}

/** The letter shown instead of a face: the first one that is a letter or a number. */
export function initialOf(name: string): string {
  return (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '?').toLocaleUpperCase()
}

/** A dusk in the name's hue: light from the upper left, dark enough below for white letters. */
export function duskOf(name: string): string {
  const hue = hueOf(name)
  const light = `radial-gradient(90% 60% at 38% 18%, oklch(.7 .09 ${hue}) , transparent)`
  return `${light}, linear-gradient(165deg, oklch(.56 .075 ${hue + 18}), oklch(.31 .055 ${hue + 60}))`
}

/** The picture's address in one of the sizes the server keeps. */
export function pictureAt(url: string | null | undefined, size: 96 | 240 | 480 | 'full'): string | undefined {
  if (!url) return undefined
  return `${url}${url.includes('?') ? '&' : '?'}size=${size}`
}
