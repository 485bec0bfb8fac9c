import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { isProblem, ApiProblem } from './problem'

interface Manners<Found, Draft> {
  draftOf(found: Found): Draft
  isDirty(base: Draft, mine: Draft): boolean
  /** What both sides changed, and not to the same. */
  contested(sides: { base: Draft; mine: Draft; theirs: Draft }): string[]
  rebased(sides: { base: Draft; mine: Draft; theirs: Draft }): Draft
  save(base: Found, mine: Draft): Promise<Found>
  read(id: string): Promise<Found>
  saved?(found: Found): void
}

/** Conflicts of another kind than "somebody was faster": these are read, not merged. */
const OTHER_CONFLICTS = ['lorebook_name_taken', 'lorebook_in_trash', 'preset_name_taken', 'preset_in_trash']
const isRace = (error: unknown): boolean => error instanceof ApiProblem && error.status === 409 && !OTHER_CONFLICTS.some((code) => isProblem(error, code))

/**
 * Something with a version that is being edited. `base` is how the writer found it, `mine` what they made of it. When
 * somebody saved meanwhile, what only one side touched is joined in silence, and `clashing` names the rest to choose by.
 */
export function useVersioned<Found extends { id: string; version: number }, Draft>(found: Readonly<Ref<Found | undefined>>, manners: Manners<Found, Draft>) {
  const base = shallowRef<Found>()
  const mine = shallowRef<Draft>()
  const theirs = shallowRef<Found>()
  const failure = shallowRef<unknown>()
  const busy = ref(false)

  function begin(given: Found, draft: Draft = manners.draftOf(given)): void {
    base.value = given
    mine.value = draft
    theirs.value = undefined
    failure.value = undefined
  }
  const dirty = computed(() => Boolean(base.value && mine.value && manners.isDirty(manners.draftOf(base.value), mine.value)))
  // Another device's change flows in as long as nothing here would be lost by it.
  watch(found, (given) => { if (given && (!dirty.value || given.id !== base.value?.id)) begin(given) }, { immediate: true })

  const sides = (other: Found) => ({ base: manners.draftOf(base.value!), mine: mine.value!, theirs: manners.draftOf(other) })
  const clashing = computed(() => (theirs.value && base.value && mine.value ? manners.contested(sides(theirs.value)) : []))

  async function meet(): Promise<boolean> {
    const now = await manners.read(base.value!.id)
    if (now.version === base.value!.version) return false
    theirs.value = now
    return clashing.value.length > 0 ? false : keepMine()
  }

  /** Save; true when it is saved, false when there is a choice to make or an error to read. */
  async function save(): Promise<boolean> {
    if (!base.value || !mine.value || busy.value) return false
    busy.value = true
    failure.value = undefined
    const sent = mine.value
    try {
      const now = await manners.save(base.value, sent)
      // What was typed while the answer was under way stays.
      begin(now, mine.value === sent ? undefined : manners.rebased({ base: sent, mine: mine.value, theirs: manners.draftOf(now) }))
      manners.saved?.(now)
      return true
    } catch (error) {
      busy.value = false
      if (isRace(error)) return await meet()
      failure.value = error
      return false
    } finally {
      busy.value = false
    }
  }

  function keepMine(): Promise<boolean> {
    const other = theirs.value!
    begin(other, manners.rebased(sides(other)))
    return save()
  }
  const takeTheirs = (): void => begin(theirs.value!)
  const change = (draft: Partial<Draft>): void => { if (mine.value) mine.value = { ...mine.value, ...draft } }

  return { base, mine, dirty, busy, failure, clashing, begin, change, save, keepMine, takeTheirs }
}
