import { defineStore } from 'pinia'
import { ref } from 'vue'
import { useAnnouncer } from './announcer'

export type Tone = 'info' | 'ok' | 'warn' | 'bad'
export interface Toast {
  id: number
  text: string
  tone: Tone
  action?: { label: string; run: () => unknown }
}

const secondsPlain = 6
/** A toast that offers a way back stays long enough to be reached by keyboard. */
const secondsWithAction = 12

export const useToasts = defineStore('toasts', () => {
  const items = ref<Toast[]>([])
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  let last = 0

  function show(text: string, options: Partial<Pick<Toast, 'tone' | 'action'>> = {}): number {
    const toast: Toast = { id: ++last, text, tone: options.tone ?? 'info', action: options.action }
    items.value = [...items.value.slice(-2), toast]
    useAnnouncer().announce(text)
    resume(toast)
    return toast.id
  }

  function dismiss(id: number): void {
    pause(id)
    items.value = items.value.filter((toast) => toast.id !== id)
  }

  /** Stop the clock while a pointer or the focus rests on a toast. */
  function pause(id: number): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
  }

  function resume(toast: Toast): void {
    pause(toast.id)
    const seconds = toast.action ? secondsWithAction : secondsPlain
    timers.set(toast.id, setTimeout(() => dismiss(toast.id), seconds * 1000))
  }

  return { items, show, dismiss, pause, resume }
})
