import type { Tone } from '@/lib/toasts'
import type { Asked, ImportDetail, ImportItem } from './import.api'

export const filters: readonly Asked[] = ['new', 'changed', 'duplicate', 'kept', 'mapped', 'preserved', 'refused']

/** What may be handed over: backups, cards, lorebooks, chats, presets. */
export const acceptedFiles = '.zip,.json,.jsonl,.png,.jpg,.jpeg,.webp,.yaml,.yml,.charx,.byaf,.settings,.preset,.txt'

/** A file that holds more than one thing: it is looked at before anything is written. */
export const isArchive = (file: { name: string; type?: string }): boolean => /\.zip$/i.test(file.name)

export const isRunning = (told: Pick<ImportDetail, 'status'> | undefined): boolean => told?.status === 'analysing' || told?.status === 'importing'

export const statusTones: Record<ImportDetail['status'], Tone> = {
  analysing: 'info', ready: 'info', importing: 'info', done: 'ok', cancelled: 'warn', failed: 'bad', undone: 'warn',
}

/** What one line of the table says about an object, and how it looks: what became of it beats what would. */
export function verdictOf(item: Pick<ImportItem, 'status' | 'verdict' | 'outcome' | 'undone'>): { key: string; tone?: Tone } {
  if (item.undone === 'trashed') return { key: 'undone' }
  if (item.undone) return { key: 'stayed', tone: 'warn' }
  if (item.status === 'refused' || item.outcome === 'refused') return { key: 'refused', tone: 'bad' }
  if (item.outcome === 'skipped') return { key: 'skipped' }
  if (item.outcome === 'duplicate' || (!item.outcome && item.verdict === 'duplicate')) return { key: 'duplicate' }
  if (!item.outcome && item.verdict === 'changed') return { key: 'changed', tone: 'warn' }
  if (!item.outcome) return { key: 'new', tone: 'info' }
  return { key: item.status, tone: item.status === 'preserved' ? 'info' : 'ok' }
}

/** Kinds of an import with how many of each would come in, the largest first. */
export function kindsOf(told: Pick<ImportDetail, 'counts'>): { kind: string; count: number; fresh: number }[] {
  return Object.entries(told.counts.kinds)
    .map(([kind, verdicts]) => ({ kind, count: Object.values(verdicts).reduce((sum, one) => sum + one, 0), fresh: (verdicts.new ?? 0) + (verdicts.changed ?? 0) }))
    .sort((one, other) => other.count - one.count || one.kind.localeCompare(other.kind))
}

/** Per cent without a share that looks whole and is not. */
export const percent = (share: number | null): string => (share === null ? '–' : `${Math.floor(share * 1000) / 10} %`)

/** Where an object lives now. */
export function placeOf(item: Pick<ImportItem, 'object' | 'undone'>): object | null {
  if (!item.object || item.undone === 'trashed') return null
  const { type, id } = item.object
  const places: Record<string, object> = {
    character: { name: 'character', params: { id } }, conversation: { name: 'chat', params: { conversationId: id } },
    lorebook: { name: 'world', params: { id } }, group: { name: 'group', params: { id } }, preset: { name: 'preset', params: { id } }, persona: { name: 'personas' },
  }
  return places[type] ?? null
}
