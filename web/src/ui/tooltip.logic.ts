export interface Box { left: number; top: number; width: number; height: number }
export interface Size { width: number; height: number }

const gap = 6
const edge = 8

/** Where a tip stands: under its anchor, above it when there is no room, never outside the window. */
export function tipPlace(anchor: Box, { tip, window, side }: { tip: Size; window: Size; side?: string }): { left: number; top: number } {
  if (side === 'right') return { left: anchor.left + anchor.width + gap, top: anchor.top + (anchor.height - tip.height) / 2 }
  const middle = anchor.left + anchor.width / 2 - tip.width / 2
  const left = Math.max(edge, Math.min(middle, window.width - tip.width - edge))
  const under = anchor.top + anchor.height + gap
  const fits = under + tip.height + edge <= window.height
  return { left, top: fits ? under : anchor.top - gap - tip.height }
}
