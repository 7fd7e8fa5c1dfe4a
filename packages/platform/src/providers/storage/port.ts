/**
 * Where sealed bytes are kept. It is never trusted with anything readable: what goes in is encrypted, and what comes out is checked by
 * whoever opens it. Keys are ours: `tenant/area/random`, of lower-case letters, digits, `-` and `/`.
 */
export interface BlobStorage {
  /** The bytes are there, and survive a loss of power, when it resolves. An older blob of that key is replaced. */
  put(key: string, bytes: Buffer): Promise<void>
  /** Undefined: there is none. */
  get(key: string): Promise<Buffer | undefined>
  /** As well when there is none. */
  delete(key: string): Promise<void>
}

/** The storage does not answer, or not as it should. Its own words are in `cause`, for the log. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
}

const keyPattern = /^[0-9a-z]+(?:[/-][0-9a-z]+)*$/

/** Nothing of a caller's gets into a path: a key that is not one of ours is a fault of the program. */
export function checkKey(key: string): string {
  if (key.length > 200 || !keyPattern.test(key)) throw new StorageError('this is no key of a blob')
  return key
}

const nothingKept = (): never => {
  throw new StorageError('nothing is kept here')
}

/** Where none was set up. */
export const noStorage: BlobStorage = {
  put: async () => nothingKept(),
  get: async () => undefined,
  delete: async () => undefined,
}
