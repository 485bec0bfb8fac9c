/** Colours as themes write them, and how well they are told apart (WCAG 2). For tests. */
type Rgb = [number, number, number]

/** `oklch(L C H)` as linear sRGB, cut where a screen cannot follow. */
export function linear(colour: string): Rgb {
  const [l, c, h] = colour.replace(/^oklch\(|\)$/g, '').trim().split(/\s+/).map(Number) as Rgb
  const [a, b] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)]
  const [x, y, z] = [l + 0.3963377774 * a + 0.2158037573 * b, l - 0.1055613458 * a - 0.0638541728 * b, l - 0.0894841775 * a - 1.291485548 * b].map((one) => one ** 3) as Rgb
  const rgb = [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ]
  return rgb.map((one) => Math.min(1, Math.max(0, one))) as Rgb
}

const luminance = ([red, green, blue]: Rgb): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue

const ratio = (one: Rgb, other: Rgb): number => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}
export const contrast = (one: string, other: string): number => ratio(linear(one), linear(other))

const bytes = (colour: string): Rgb => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)) as Rgb
/** The same of two `#rrggbb`. */
export const contrastHex = (one: string, other: string): number => ratio(bytes(one), bytes(other))

export function hex(colour: string): string {
  const byte = (one: number) => Math.round(255 * (one <= 0.0031308 ? 12.92 * one : 1.055 * one ** (1 / 2.4) - 0.055))
  return `#${linear(colour).map((one) => byte(one).toString(16).padStart(2, '0')).join('')}`
}

export type Tokens = Record<string, string>

/** The custom properties of every rule whose selector `fits`, later ones over earlier ones. */
export function tokens(css: string, fits: (selector: string) => boolean): Tokens {
  const found: Tokens = {}
  for (const [, selectors, body] of css.replace(/\/\*.*?\*\//gs, '').matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    if (!selectors!.split(',').some((selector) => fits(selector.trim()))) continue
    for (const [, name, value] of body!.matchAll(/--([\w-]+):\s*([^;]+)/g)) found[name!] = value!.trim()
  }
  return found
}

/** A token with the accent's hue put in. */
export const resolved = (all: Tokens, name: string): string => all[name]!.replaceAll(/var\(--([\w-]+)\)/g, (_whole, inner: string) => all[inner]!)
