import { CircleAlert, CircleCheck, Info, TriangleAlert } from '@lucide/vue'
import type { Tone } from '@/lib/toasts'

/** Colour never speaks alone: each tone has its picture. */
export const toneIcons = { info: Info, ok: CircleCheck, warn: TriangleAlert, bad: CircleAlert } satisfies Record<Tone, unknown>
export const toneInk = { info: 'text-info', ok: 'text-ok', warn: 'text-warn', bad: 'text-bad' } satisfies Record<Tone, string>
export const toneSoft = {
  info: 'bg-info-soft text-info', ok: 'bg-ok-soft text-ok', warn: 'bg-warn-soft text-warn', bad: 'bg-bad-soft text-bad',
} satisfies Record<Tone, string>
