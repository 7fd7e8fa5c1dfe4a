/** A picture that is on its way: kept on the device until the platform has it, so that a page that is closed can go on. */
export interface KeptUpload {
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
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'))
  })

/** A page may be forbidden to keep anything. Then a picture has to be taken again after a reload. */
async function inStore<Result>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<Result>): Promise<Result | undefined> {
  try {
    const opening = indexedDB.open(name, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(name)
    const database = await settled(opening)
    try {
      return await settled(work(database.transaction(name, mode).objectStore(name)))
    } finally {
      database.close()
    }
  } catch {
    return undefined
  }
}

const isKept = (value: unknown): value is KeptUpload =>
  typeof value === 'object' &&
  value !== null &&
  'file' in value &&
  value.file instanceof Blob &&
  'at' in value &&
  typeof value.at === 'number'

async function read(key: string): Promise<KeptUpload | undefined> {
  const kept: unknown = await inStore('readonly', (store) => store.get(key))
  return isKept(kept) && Date.now() - kept.at < dayMs ? kept : undefined
}

/** Keys are `user:type:side`. */
const userOf = (key: string): string => key.split(':').slice(0, -2).join(':')

/** Drops what is too old, and what others than this user have left on this device, who may never come back to it. */
export async function tidyUploads(user: string): Promise<void> {
  const keys = (await inStore('readonly', (store) => store.getAllKeys())) ?? []
  for (const one of keys.map(String)) if (userOf(one) !== user || !(await read(one))) await forgetUpload(one)
}

/** What was begun under this key, and nothing that should not be there any more. */
export async function recallUpload(key: string): Promise<KeptUpload | undefined> {
  await tidyUploads(userOf(key))
  return read(key)
}

export const keepUpload = (key: string, kept: KeptUpload): Promise<unknown> => inStore('readwrite', (store) => store.put(kept, key))
export const forgetUpload = (key: string): Promise<unknown> => inStore('readwrite', (store) => store.delete(key))
