import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

/** What this device keeps for the times without a server. The page and its worker open the same database.
 *
 * Everything but what was shared belongs to one person and goes when they sign out.
 */
export interface KeptChat {
  /** `<user>:<conversation>` */
  id: string
  user_id: string
  at: number
  /** The fold's state, cut to its newest messages, and what the header shows. */
  state: unknown
  detail: unknown
}

export interface KeptList {
  /** `<user>:<name>` */
  id: string
  user_id: string
  items: unknown[]
}

export interface KeptWaiting {
  /** The idempotency key. */
  key: string
  user_id: string
  conversation_id: string
  at: number
  pending: unknown
}

/** A file from the system's share sheet, between the worker that took it and the page that imports it. */
export interface SharedFile {
  name: string
  file: Blob
  at: number
}

export interface Book extends DBSchema {
  chats: { key: string; value: KeptChat; indexes: { recent: [string, number]; user: string } }
  lists: { key: string; value: KeptList; indexes: { user: string } }
  outbox: { key: string; value: KeptWaiting; indexes: { recent: [string, number]; user: string } }
  shared: { key: number; value: SharedFile }
}

const NAME = 'tavern'
const VERSION = 1
const OPEN_MS_MAX = 2_000

let opened: Promise<IDBPDatabase<Book>> | null = null

async function openBook(): Promise<IDBPDatabase<Book>> {
  if (!globalThis.indexedDB) throw new Error('no IndexedDB here')
  return openDB<Book>(NAME, VERSION, {
    upgrade(db) {
      for (const name of ['chats', 'outbox'] as const) {
        const store = db.createObjectStore(name, { keyPath: name === 'chats' ? 'id' : 'key' })
        store.createIndex('user', 'user_id')
        store.createIndex('recent', ['user_id', 'at'])
      }
      db.createObjectStore('lists', { keyPath: 'id' }).createIndex('user', 'user_id')
      db.createObjectStore('shared', { autoIncrement: true })
    },
    // A newer version of the page wants in: this one lets go and keeps nothing more.
    blocking: (_current, _wanted, event) => (event.target as IDBDatabase).close(),
  })
}

const late = () => new Promise<never>((_, refuse) => setTimeout(() => refuse(new Error('IndexedDB does not answer')), OPEN_MS_MAX))

/** Work with the database; where there is none, or it fails (a private window, a full disk), `otherwise`. Never throws. */
export async function withBook<T>(work: (db: IDBPDatabase<Book>) => Promise<T>, otherwise: T): Promise<T> {
  try {
    opened ??= openBook()
    return await work(await Promise.race([opened, late()]))
  } catch {
    opened = null
    return otherwise
  }
}
