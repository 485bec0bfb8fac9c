import { watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLook, type Look } from '@/lib/look'
import { remember, remembered } from '@/lib/storage'
import { useToasts } from '@/lib/toasts'
import { keepForAll, keptForAll } from '../look.api'

const key = 'tavern.look.taken'
/** What every device shares; the language stays with the device. */
const shared = ['theme', 'accent', 'density', 'face', 'scale', 'motion', 'chat', 'readSize'] as const

/** Give this device's look to all of one's devices. */
export async function shareLook(): Promise<void> {
  const look = useLook()
  const at = Date.now()
  await keepForAll({ at, look: Object.fromEntries(shared.map((name) => [name, look[name]])) })
  remember(key, at)
}

/** Wear the look that was shared, once for each time it was; whether there was a new one. */
export async function takeSharedLook(): Promise<boolean> {
  const kept = await keptForAll().catch(() => null)
  if (!kept || kept.at <= remembered(key, 0)) return false
  useLook().change(Object.fromEntries(shared.map((name) => [name, kept.look[name]]).filter(([, value]) => value !== undefined)) as Partial<Look>)
  remember(key, kept.at)
  return true
}

/** Nothing waits for it: the page is long painted when the account is asked. */
const ASK_AFTER_MS = 2_000

export function useSharedLook(inside: Readonly<Ref<boolean>>): void {
  const toasts = useToasts()
  const { t } = useI18n()
  watch(inside, (now, _before, cleanUp) => {
    if (!now) return
    const timer = setTimeout(async () => { if (await takeSharedLook()) toasts.show(t('look.every_device.taken')) }, ASK_AFTER_MS)
    cleanUp(() => clearTimeout(timer))
  }, { immediate: true })
}
