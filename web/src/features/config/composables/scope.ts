import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { isProblem } from '@/lib/problem'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { commit, effectiveKey, listPaths, pathsKey, readEffective } from '../config.api'
import { below, inverse, layerOf, sourceOf, wordsOf, type Source } from '../config.logic'
import type { Effective, Op, Path, Scope, Value } from '../config.types'

/** One scope's values: what holds, where it comes from, and changing it with a way back. Changes go out one by one. */
export function useScope(given: MaybeRefOrGetter<Scope>) {
  const { t, te } = useI18n()
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  const scope = computed(() => toValue(given))
  const table = useQuery({ queryKey: pathsKey, queryFn: listPaths, staleTime: Infinity })
  const effective = useQuery({ queryKey: computed(() => effectiveKey(scope.value)), queryFn: () => readEffective(scope.value), staleTime: 10_000 })
  const told = computed(() => effective.data.value)
  const rows = computed(() => new Map((table.data.value ?? []).map((row) => [row.path, row])))
  let line: Promise<unknown> = Promise.resolve()
  let toast: { id: number; path: string } | undefined

  const label = (path: string): string => (te(`config.path.${wordsOf(path)}.label`) ? t(`config.path.${wordsOf(path)}.label`) : path)

  function change(ops: Op[], words?: string): Promise<boolean> {
    const done = line.then(() => send(scope.value, ops, words))
    line = done
    return done
  }

  async function send(at: Scope, ops: Op[], words?: string): Promise<boolean> {
    const key = effectiveKey(at)
    const before = layerOf(queries.getQueryData<Effective>(key), at)
    try {
      const made = await commit(at, ops, before?.n)
      queries.setQueryData(key, made.effective)
      void queries.invalidateQueries({ queryKey: ['config'], refetchType: 'active' })
      void queries.invalidateQueries({ queryKey: ['personas'] })
      if (made.revision_id) offerBack(at, ops, inverse(ops, before), words)
      return true
    } catch (error) {
      void queries.invalidateQueries({ queryKey: key })
      toasts.show(isProblem(error, 'config_changed') ? t('config.changed_elsewhere') : problem.line(error), { tone: 'bad' })
      return false
    }
  }

  /** One toast for one value: turning a knob many times leaves the last. */
  function offerBack(at: Scope, ops: Op[], back: Op[], words?: string): void {
    const path = ops[0]?.path ?? ''
    if (toast?.path === path) toasts.dismiss(toast.id)
    const text = words ?? t(ops.every(({ op }) => op === 'unset') ? 'config.reset_done' : 'config.set_done', { name: label(path) })
    const id = toasts.show(text, { tone: 'ok', action: { label: t('config.undo'), run: () => { line = line.then(() => takeBack(at, back)) } } })
    toast = { id, path }
  }

  async function takeBack(at: Scope, back: Op[]): Promise<void> {
    try {
      queries.setQueryData(effectiveKey(at), (await commit(at, back)).effective)
      toasts.show(t('config.undone'))
    } catch (error) {
      toasts.show(problem.line(error), { tone: 'bad' })
    } finally {
      void queries.invalidateQueries({ queryKey: ['config'] })
      void queries.invalidateQueries({ queryKey: ['personas'] })
    }
  }

  return {
    scope, table, effective, told, rows, label,
    value: (path: string): Value => told.value?.values[path] ?? null,
    source: (path: string): Source => sourceOf(told.value, path),
    own: (path: string): boolean => path in (layerOf(told.value, scope.value)?.values ?? {}),
    locked: (path: string): boolean => scope.value.type !== 'global' && Boolean(told.value?.locked.includes(path)),
    under: (row: Path): { value: Value; source: Source } => (told.value ? below(told.value, scope.value, row) : { value: row.default, source: 'default' }),
    set: (path: string, value: Value) => change([{ op: 'set', path, value }]),
    unset: (...paths: string[]) => change(paths.map((path) => ({ op: 'unset', path }))),
    /** As if nobody had said anything: null where a layer below does, else nothing. */
    free: (row: Path) => change([told.value && below(told.value, scope.value, row).value !== null ? { op: 'set', path: row.path, value: null } : { op: 'unset', path: row.path }]),
    change,
  }
}
export type ScopeValues = ReturnType<typeof useScope>
