import { useQueryClient } from '@tanstack/vue-query'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { Character } from '@/api/shapes'
import { ApiProblem } from '@/lib/api'
import { changeCharacter, getCharacter } from '../characters.api'
import { changedFields, changeOf, contested, formOf, rebased, type CardForm } from '../card-form.logic'
import { characterKey } from './character'

/**
 * A card being edited. `base` is how the writer found it, `mine` what they made of it. When somebody saved
 * meanwhile, fields that only one side touched are joined in silence, and `clash` holds their card for the others.
 */
export function useCardEditor(found: Readonly<Ref<Character | undefined>>) {
  const queries = useQueryClient()
  const base = shallowRef<Character>()
  const mine = ref<CardForm>()
  const clash = shallowRef<Character>()
  const failure = shallowRef<unknown>()
  const busy = ref(false)

  function begin(character: Character, form: CardForm = formOf(character)): void {
    base.value = character
    mine.value = form
    clash.value = undefined
  }
  const dirty = computed(() => Boolean(base.value && mine.value && changedFields(formOf(base.value), mine.value).length))
  // Another device's change flows in as long as nothing here would be lost by it.
  watch(found, (character) => { if (character && !dirty.value) begin(character) }, { immediate: true })

  const sides = (theirs: Character) => ({ base: formOf(base.value!), mine: mine.value!, theirs: formOf(theirs) })
  const clashing = computed(() => (clash.value && base.value && mine.value ? contested(sides(clash.value)) : []))

  async function meet(): Promise<boolean> {
    const theirs = await getCharacter(base.value!.id)
    clash.value = theirs
    return clashing.value.length > 0 ? false : keepMine()
  }

  /** Save; true when it is saved, false when there is a choice to make or an error to read. */
  async function save(): Promise<boolean> {
    if (!base.value || !mine.value) return false
    busy.value = true
    failure.value = undefined
    try {
      const saved = await changeCharacter(base.value.id, { version: base.value.version, ...changeOf(formOf(base.value), mine.value) })
      begin(saved)
      queries.setQueryData(characterKey(saved.id), saved)
      void queries.invalidateQueries({ queryKey: ['characters'] })
      void queries.invalidateQueries({ queryKey: ['character', saved.id, 'history'] })
      return true
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 409) return await meet()
      failure.value = error
      return false
    } finally {
      busy.value = false
    }
  }

  function keepMine(): Promise<boolean> {
    const theirs = clash.value!
    begin(theirs, rebased(sides(theirs)))
    return save()
  }
  const takeTheirs = (): void => begin(clash.value!)

  return { mine, base, dirty, busy, failure, clashing, save, keepMine, takeTheirs, begin }
}
