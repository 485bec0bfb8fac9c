import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, inject, onScopeDispose, provide, ref, shallowReactive, toValue, watch, type ComputedRef, type InjectionKey, type MaybeRefOrGetter, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { commit, effectiveKey, readEffective } from '@/features/config/config.api'
import type { Effective, Scope } from '@/features/config/config.types'
import type { RenderOptions } from '@/lib/markdown'
import { useAnnouncer } from '@/lib/announcer'
import { useProblemText } from '@/lib/problem-text'
import { remember, remembered } from '@/lib/storage'
import { useToasts } from '@/lib/toasts'
import { fetchPicture } from '../pictures.api'
import { addressOf, pictureHtml, placeKey, type Deed, type Place, type Stand, type Words } from '../pictures.logic'

export const REMOTE_PICTURES = '/chat/remote_pictures'
const ALLOWED_KEY = 'tavern.pictures-allowed'
/** Places this browser remembers as allowed, so that a chat opens with its frames before the server has said so. */
const PLACES_MAX = 100
/** Pictures that were shown one by one; beyond them the first becomes a chip again. */
const SHOWN_MAX = 40

/** A picture that is looked at on its own. `address`: where it comes from, for pictures of other servers. */
export interface Viewed {
  src: string
  alt: string
  address?: string
}
export interface Pictures {
  /** How texts render the pictures of other servers; undefined while nobody knows the place. */
  rendering: ComputedRef<RenderOptions['pictures']>
  /** For the element around a text: hears the buttons in it, and pictures that do not come. */
  press: (event: MouseEvent) => void
  broke: (event: Event) => void
  viewed: Ref<Viewed | null>
}

const key: InjectionKey<Pictures> = Symbol('pictures')
/** The pictures of the place around; null where there is none, and pictures are links there. */
export const usePictures = (): Pictures | null => inject(key, null)

const EFFECT_SECONDS = 60
/** What one place drew means nothing to the next: rendered texts are kept by who drew them and when. */
let desks = 0

/** One place's pictures of other servers: whether they are shown, which of them were, and asking for more. */
export function providePictures(given: MaybeRefOrGetter<Place | null>, name: MaybeRefOrGetter<string>): Pictures {
  const { t } = useI18n()
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  const { announce } = useAnnouncer()
  const place = computed(() => toValue(given))
  const scope = computed<Scope>(() => place.value ?? { type: 'user' })
  const tuned = useQuery({
    queryKey: computed(() => effectiveKey(scope.value)), queryFn: () => readEffective(scope.value), enabled: computed(() => place.value !== null), staleTime: EFFECT_SECONDS * 1000,
  })
  const told = computed(() => tuned.data.value)
  const shown = shallowReactive(new Map<string, string>())
  const failed = shallowReactive(new Map<string, string>())
  const waiting = shallowReactive(new Set<string>())
  const desk = ++desks
  const turns = ref(0)
  const viewed = ref<Viewed | null>(null)
  let reaching: { around: HTMLElement; address: string } | null = null

  const allowed = computed(() => {
    if (told.value) return told.value.values[REMOTE_PICTURES] === true
    return place.value !== null && remembered<string[]>(ALLOWED_KEY, []).includes(placeKey(place.value))
  })
  const forbidden = computed(() => Boolean(told.value?.locked?.includes(REMOTE_PICTURES)) && !allowed.value)
  watch([told, place], () => { if (told.value && place.value) note(placeKey(place.value), allowed.value) }, { immediate: true })
  watch(() => place.value && placeKey(place.value), forgetShown)
  watch([allowed, forbidden], () => (turns.value += 1))
  onScopeDispose(forgetShown)

  function forgetShown(): void {
    shown.forEach((src) => URL.revokeObjectURL(src))
    shown.clear()
    failed.clear()
    waiting.clear()
    turns.value += 1
  }

  const deeds = computed<Words['deeds']>(() => [
    { deed: 'show', label: t('pictures.show') },
    ...(place.value?.type === 'conversation' ? [{ deed: 'conversation' as Deed, label: t('pictures.always_here') }] : []),
    ...(characterOf(place.value, told.value) ? [{ deed: 'character' as Deed, label: t('pictures.always_from', { name: toValue(name) }) }] : []),
  ])
  const words = computed<Words>(() => ({
    from: (host) => t('pictures.from', { host }), failed: (host) => t('pictures.failed', { host }), enlarge: (what) => t('pictures.enlarge', { what }),
    waiting: t('pictures.waiting'), forbidden: t('pictures.forbidden'), again: t('common.retry'), there: t('pictures.there'), deeds: deeds.value,
  }))

  function stand(address: string): Stand {
    const why = failed.get(address)
    if (forbidden.value) return { kind: 'forbidden' }
    if (why !== undefined) return { kind: 'failed', why, framed: allowed.value }
    const own = shown.get(address)
    if (own) return { kind: 'shown', src: own }
    if (allowed.value) return { kind: 'shown', src: addressOf(place.value!, address) }
    return { kind: waiting.has(address) ? 'waiting' : 'asking' }
  }
  const rendering = computed<RenderOptions['pictures']>(() => {
    const at = place.value
    if (!at) return undefined
    const said = words.value
    return { key: `${desk} ${turns.value} ${placeKey(at)} ${said.deeds.map(({ label }) => label).join()}`, html: (found) => pictureHtml(found, stand(found.address), said) }
  })

  async function press(event: MouseEvent): Promise<void> {
    const pressed = (event.target as Element).closest<HTMLElement>('[data-deed]')
    const box = pressed?.closest<HTMLElement>('[data-picture]')
    const address = box?.dataset.picture
    if (!pressed || !address) return
    const around = event.currentTarget as HTMLElement
    const deed = pressed.dataset.deed as Deed
    if (deed === 'enlarge') return view(box, address)
    reaching = { around, address }
    if (deed !== 'show') await allow(deed)
    else if (failed.has(address) && allowed.value) turn(() => failed.delete(address))
    else await show(address)
  }

  /** What was pressed is drawn anew: the keyboard goes on with what stands in its place, unless it has gone elsewhere. */
  function reach(): void {
    if (!reaching) return
    const box = [...reaching.around.querySelectorAll<HTMLElement>('[data-picture]')].find((one) => one.dataset.picture === reaching?.address)
    const at = document.activeElement
    if (at && at !== document.body && !box?.contains(at)) reaching = null
    else box?.querySelector<HTMLElement>('button, a')?.focus({ preventScroll: true })
  }
  watch(rendering, reach, { flush: 'post' })

  function view(box: HTMLElement, address: string): void {
    const image = box.querySelector('img')
    if (image) viewed.value = { src: image.currentSrc || image.src, alt: image.alt, address }
  }

  async function show(address: string): Promise<void> {
    const at = place.value!
    turn(() => { failed.delete(address); waiting.add(address) })
    try {
      const src = URL.createObjectURL(await fetchPicture(at, address))
      if (place.value && placeKey(place.value) === placeKey(at)) keep(address, src)
      else URL.revokeObjectURL(src)
      announce(t('pictures.here'))
    } catch (error) {
      turn(() => failed.set(address, problem.line(error)))
      announce(problem.line(error))
    } finally {
      turn(() => waiting.delete(address))
    }
  }

  function keep(address: string, src: string): void {
    const first = shown.keys().next().value
    if (shown.size >= SHOWN_MAX && first !== undefined) {
      URL.revokeObjectURL(shown.get(first)!)
      shown.delete(first)
    }
    turn(() => shown.set(address, src))
  }

  /** For this chat or for this character. A nearer layer that says otherwise gives way: this is where it was asked. */
  async function allow(deed: 'conversation' | 'character'): Promise<void> {
    const id = deed === 'character' ? characterOf(place.value, told.value) : place.value?.id
    if (!id) return
    const before = told.value
    try {
      const changed = [await change({ type: deed, id }, true)]
      const nearer = before?.layers.find((layer) => layer.scope.type === 'conversation')
      if (deed === 'character' && nearer && REMOTE_PICTURES in nearer.values) changed.push(await change({ type: 'conversation', id: nearer.scope.id }, null))
      turn(() => failed.clear())
      const back = async () => { for (const scope of changed) await change(scope, before ? (layerValue(before, scope) ?? null) : null) }
      toasts.show(deed === 'character' ? t('pictures.allowed_from', { name: toValue(name) }) : t('pictures.allowed_here'), { tone: 'ok', action: { label: t('config.undo'), run: back } })
    } catch (error) {
      toasts.show(problem.line(error), { tone: 'bad' })
    }
  }

  async function change(scope: Scope, value: boolean | null): Promise<Scope> {
    await commit(scope, [value === null ? { op: 'unset', path: REMOTE_PICTURES } : { op: 'set', path: REMOTE_PICTURES, value }])
    await queries.invalidateQueries({ queryKey: ['config'], refetchType: 'active' })
    return scope
  }

  function broke(event: Event): void {
    const image = event.target as Element
    const address = image instanceof HTMLImageElement ? image.closest<HTMLElement>('[data-picture]')?.dataset.picture : undefined
    if (!address || failed.has(address)) return
    turn(() => failed.set(address, ''))
    // Perhaps it was taken back elsewhere: then these are chips again.
    void queries.invalidateQueries({ queryKey: effectiveKey(scope.value) })
  }

  function turn(change: () => void): void {
    change()
    turns.value += 1
  }

  const pictures = { rendering, press: (event: MouseEvent) => void press(event), broke, viewed }
  provide(key, pictures)
  return pictures
}

function characterOf(place: Place | null, told: Effective | undefined): string | null {
  if (place?.type === 'character') return place.id
  return told?.layers.find((layer) => layer.scope.type === 'character')?.scope.id ?? null
}

function layerValue(told: Effective, scope: Scope): boolean | undefined {
  const value = told.layers.find((layer) => layer.scope.type === scope.type)?.values[REMOTE_PICTURES]
  return typeof value === 'boolean' ? value : undefined
}

function note(place: string, allowed: boolean): void {
  const known = remembered<string[]>(ALLOWED_KEY, [])
  if (known.includes(place) === allowed) return
  const others = known.filter((one) => one !== place)
  remember(ALLOWED_KEY, allowed ? [...others, place].slice(-PLACES_MAX) : others)
}
