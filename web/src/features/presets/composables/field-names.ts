import { useI18n } from 'vue-i18n'
import type { FieldRow } from '../fields.logic'
import { fieldGroups } from '../fields.logic'
import type { Kind } from '../presets.types'

/** What the fields of presets are called; a field without words is called as the file calls it. */
export function useFieldNames() {
  const { t, te } = useI18n()

  function labelOf({ name, path }: Pick<FieldRow, 'name' | 'path'>): string {
    const tuned = `config.path.${path}.label`
    return path && te(tuned) ? t(tuned) : te(`presets.field.${name}`) ? t(`presets.field.${name}`) : name
  }
  /** A field by its place in a preset's history: `name`, `data/temperature`, `content` of a prompt. */
  function pathName(kind: Kind, path: string, place: string): string {
    if (!place && path === 'name') return t('presets.name')
    const name = path.replace(/^data\//, '')
    const row = Object.values(fieldGroups[kind] ?? {}).flat().find((one) => one.name === name)
    if (row) return labelOf(row)
    const word = `presets.part.${name}`
    return te(word) ? t(word) : name.replaceAll('/', ' › ')
  }
  return { labelOf, pathName }
}
