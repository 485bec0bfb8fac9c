import { remember, remembered } from '@/lib/storage'

/** What this browser keeps per conversation: the unsent text, and which connection answers. */
const draftKey = (id: string): string => `tavern.draft.${id}`
const connectionKey = (id: string): string => `tavern.connection.${id}`

export const draftOf = (id: string): string => remembered<string>(draftKey(id), '')
export const keepDraft = (id: string, text: string): void => remember(draftKey(id), text)

/** null: the default connection answers. */
export const connectionOf = (id: string): string | null => remembered<string | null>(connectionKey(id), null)
export const keepConnection = (id: string, name: string | null): void => remember(connectionKey(id), name)
