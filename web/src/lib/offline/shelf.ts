/** What is kept on this device for one person: chats read lately, lists, and messages that wait. */
import { withBook, type KeptWaiting } from './db'

export const CHATS_MAX = 50

const every = (userId: string): IDBKeyRange => IDBKeyRange.bound([userId, 0], [userId, Number.MAX_SAFE_INTEGER])

export interface ChatCopy {
  state: unknown
  detail: unknown
}

/** Keep a chat as it was read; of more than fifty the one read longest ago goes. */
export function keepChat(userId: string, conversationId: string, copy: ChatCopy): Promise<void> {
  return withBook(async (db) => {
    const writing = db.transaction('chats', 'readwrite')
    await writing.store.put({ id: `${userId}:${conversationId}`, user_id: userId, at: Date.now(), ...copy })
    const keys = await writing.store.index('recent').getAllKeys(every(userId))
    for (const key of keys.slice(0, -CHATS_MAX)) await writing.store.delete(key)
    await writing.done
  }, undefined)
}

export const keptChat = (userId: string, conversationId: string): Promise<ChatCopy | undefined> =>
  withBook<ChatCopy | undefined>((db) => db.get('chats', `${userId}:${conversationId}`), undefined)

export const dropChat = (userId: string, conversationId: string): Promise<void> =>
  withBook((db) => db.delete('chats', `${userId}:${conversationId}`), undefined)

export const keepList = (userId: string, name: string, items: readonly unknown[]): Promise<unknown> =>
  withBook<unknown>((db) => db.put('lists', { id: `${userId}:${name}`, user_id: userId, items: [...items] }), undefined)

export const keptList = (userId: string, name: string): Promise<unknown[] | undefined> =>
  withBook<unknown[] | undefined>(async (db) => (await db.get('lists', `${userId}:${name}`))?.items, undefined)

/** Says whether it is safe from a reload. */
export const keepWaiting = (entry: KeptWaiting): Promise<boolean> =>
  withBook(async (db) => Boolean(await db.put('outbox', entry)), false)

export const dropWaiting = (key: string): Promise<void> => withBook((db) => db.delete('outbox', key), undefined)

/** The messages of this person that wait, in the order they were written. */
export const keptWaiting = (userId: string): Promise<KeptWaiting[]> =>
  withBook((db) => db.getAllFromIndex('outbox', 'recent', every(userId)), [])

const OWNED = ['chats', 'lists', 'outbox'] as const

/** Forget everything of everybody, or of everybody but one person. */
export function wipe(keep?: string): Promise<void> {
  void globalThis.caches?.delete('avatars').catch(() => false)
  return withBook(async (db) => {
    const writing = db.transaction(OWNED, 'readwrite')
    for (const name of OWNED) {
      for (let at = await writing.objectStore(name).openCursor(); at; at = await at.continue()) {
        if (at.value.user_id !== keep) await at.delete()
      }
    }
    await writing.done
  }, undefined)
}
