import type { Entry } from './worlds.types'

export const positions = [0, 1, 2, 3, 4, 5, 6, 7] as const
export const roles = [0, 1, 2] as const
export const logics = [0, 3, 2, 1] as const
export const triggers = ['normal', 'continue', 'impersonate', 'swipe', 'regenerate', 'quiet'] as const

const AT_DEPTH = 4
const OUTLET = 7

type Shows = (entry: Entry) => boolean
interface Row {
  name: string
  shows?: Shows
  /** Zero and "no" are answers of their own here, other than none. */
  exact?: true
  /** What the field says when nobody has said anything; a group whose fields all say that stays closed. */
  quiet: unknown
}
export type FieldRow = Row & (
  | { kind: 'switch' | 'tri' | 'text' | 'level' }
  | { kind: 'number'; min: number; max?: number; nullable?: boolean }
  | { kind: 'choice'; values: readonly number[] }
  | { kind: 'triggers' | 'filter' }
)

const sources = ['matchPersonaDescription', 'matchCharacterDescription', 'matchCharacterPersonality', 'matchCharacterDepthPrompt', 'matchScenario', 'matchCreatorNotes'] as const
const placed = (place: number): Shows => (entry) => entry.position === place
const grouped: Shows = (entry) => Boolean(entry.group?.trim())

/** Every field of an entry beside its title, text and keys, in the groups in which it is read. */
export const fieldGroups = {
  wakes: [
    { name: 'constant', kind: 'switch', quiet: false },
    { name: 'vectorized', kind: 'switch', quiet: false },
    { name: 'scanDepth', kind: 'number', min: 0, max: 1000, nullable: true, quiet: null, exact: true },
    { name: 'caseSensitive', kind: 'tri', quiet: null, exact: true },
    { name: 'matchWholeWords', kind: 'tri', quiet: null, exact: true },
    { name: 'excludeRecursion', kind: 'switch', quiet: false },
    { name: 'preventRecursion', kind: 'switch', quiet: false },
    { name: 'delayUntilRecursion', kind: 'level', quiet: 0 },
    ...sources.map((name) => ({ name, kind: 'switch', quiet: false }) as const),
  ],
  goes: [
    { name: 'position', kind: 'choice', values: positions, quiet: 0 },
    { name: 'depth', kind: 'number', min: 0, max: 10_000, quiet: 4, shows: placed(AT_DEPTH) },
    { name: 'role', kind: 'choice', values: roles, quiet: 0, shows: placed(AT_DEPTH) },
    { name: 'outletName', kind: 'text', quiet: '', shows: placed(OUTLET) },
    { name: 'order', kind: 'number', min: -100_000, max: 100_000, quiet: 100 },
    { name: 'ignoreBudget', kind: 'switch', quiet: false },
  ],
  often: [
    { name: 'useProbability', kind: 'switch', quiet: true },
    { name: 'probability', kind: 'number', min: 0, max: 100, quiet: 100, shows: (entry) => entry.useProbability },
  ],
  groups: [
    { name: 'group', kind: 'text', quiet: '' },
    { name: 'groupWeight', kind: 'number', min: 0, max: 10_000, quiet: 100, shows: grouped },
    { name: 'groupOverride', kind: 'switch', quiet: false, shows: grouped },
    { name: 'useGroupScoring', kind: 'tri', quiet: null, exact: true, shows: grouped },
  ],
  timing: [
    { name: 'sticky', kind: 'number', min: 0, max: 100_000, nullable: true, quiet: null },
    { name: 'cooldown', kind: 'number', min: 0, max: 100_000, nullable: true, quiet: null },
    { name: 'delay', kind: 'number', min: 0, max: 100_000, nullable: true, quiet: null },
  ],
  who: [
    { name: 'characterFilter', kind: 'filter', quiet: undefined },
    { name: 'triggers', kind: 'triggers', quiet: [] },
    { name: 'automationId', kind: 'text', quiet: '' },
  ],
} as const satisfies Record<string, readonly FieldRow[]>

export type GroupName = keyof typeof fieldGroups
export const groupNames = Object.keys(fieldGroups) as GroupName[]

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === '' || value === 0 || value === false
function isQuiet(row: FieldRow, entry: Entry): boolean {
  const value = entry[row.name]
  if (row.kind === 'filter') return !entry.characterFilter?.names?.length && !entry.characterFilter?.tags?.length
  if (row.exact) return value == null
  if (isNothing(value) && isNothing(row.quiet)) return true
  return value === undefined || JSON.stringify(value) === JSON.stringify(row.quiet)
}

/** The fields of a group that say something of their own, by name. */
export const loudFields = (group: GroupName, entry: Entry): string[] =>
  (fieldGroups[group] as readonly FieldRow[]).filter((row) => (!row.shows || row.shows(entry)) && !isQuiet(row, entry)).map((row) => row.name)

export const shownFields = (group: GroupName, entry: Entry): FieldRow[] =>
  (fieldGroups[group] as readonly FieldRow[]).filter((row) => !row.shows || row.shows(entry))

/** Levels of waiting for other entries: true in a file means the first. */
export const levelOf = (value: unknown): number => (value === true ? 1 : Number(value) || 0)
