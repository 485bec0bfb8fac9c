import { remember, remembered } from '@/lib/storage'

/** What this browser keeps per conversation: which connection answers. */
const connectionKey = (id: string): string => `tavern.connection.${id}`

/** null: the default connection answers. */
export const connectionOf = (id: string): string | null => remembered<string | null>(connectionKey(id), null)
export const keepConnection = (id: string, name: string | null): void => remember(connectionKey(id), name)
