/** A picture that is on its way: kept on the device until the platform has it, so that a page that is closed can go on. */
export interface KeptUpload {
  /** One a user, document and side. */
  readonly key: string
  readonly user: string
  readonly file: Blob
  readonly uploadId?: string | undefined
  /** When it was begun, in milliseconds: the platform drops what is unfinished after a day. */
  readonly at: number
}

const name = 'ihc-kyc'
const dayMs = 86_400_000

const settled = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = reject
  })

/** A page may be forbidden to keep anything. Then a picture has to be taken again after a reload. */
async function inStore<Result>(work: (store: IDBObjectStore) => IDBRequest<Result>): Promise<Result | undefined> {
  try {
    const opening = indexedDB.open(name, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(name)
    const database = await settled(opening)
    const asking = work(database.transaction(name, 'readwrite').objectStore(name))
    // It waits for what has begun.
    database.close()
    return await settled(asking)
  } catch {
    return undefined
  }
}

export const keepUpload = (kept: KeptUpload): Promise<unknown> => inStore((store) => store.put(kept, kept.key))
/** What the first version kept tells neither its user nor its key: with it all goes. */
export const forgetUpload = (key?: string): Promise<unknown> => inStore((store) => (key ? store.delete(key) : store.clear()))

/** What a user has begun. Dropped is what is too old, and what others have left on this device, who may never come back to it. */
export async function recallUploads(user: string): Promise<readonly KeptUpload[]> {
  const all: readonly KeptUpload[] = (await inStore((store) => store.getAll())) ?? []
  const isTheirs = (one: KeptUpload) => one.user === user && Date.now() - one.at < dayMs
  for (const one of all) if (!isTheirs(one)) await forgetUpload(one.key)
  return all.filter(isTheirs)
}
