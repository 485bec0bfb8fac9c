import { withBook, type SharedFile } from './db'

/** So much of what other apps share waits for the page; the oldest goes first. */
const SHARED_MAX = 50
const KEPT_MS_MAX = 24 * 3_600_000

/** The worker's side: lay files down for the page. Says how many lie there. */
export function layDown(files: readonly SharedFile[]): Promise<number> {
  return withBook(async (db) => {
    for (const file of files.slice(0, SHARED_MAX)) await db.add('shared', file)
    return files.length
  }, 0)
}

/** The page's side: take what lies there; it is taken once. */
export function pickUp(): Promise<File[]> {
  return withBook(async (db) => {
    const writing = db.transaction('shared', 'readwrite')
    const found = await writing.store.getAll()
    await writing.store.clear()
    await writing.done
    const fresh = found.filter(({ at }) => Date.now() - at < KEPT_MS_MAX)
    return fresh.map(({ name, file }) => new File([file], name, { type: file.type }))
  }, [])
}
