import { checkKey, StorageError, type BlobStorage } from '../src/providers/storage/port.ts'

/** A storage that a test can look into, and break. */
export interface MemoryStorage extends BlobStorage {
  readonly blobs: ReadonlyMap<string, Buffer>
  /** What fails from now on. */
  broken: 'nothing' | 'put' | 'get' | 'delete'
  /** Told of each blob that was put, before whoever put it hears so. */
  afterPut: () => Promise<void>
}

export function memoryStorage(): MemoryStorage {
  const blobs = new Map<string, Buffer>()
  const storage: MemoryStorage = {
    blobs,
    broken: 'nothing',
    afterPut: () => Promise.resolve(),
    async put(key, bytes) {
      works('put')
      blobs.set(checkKey(key), Buffer.from(bytes))
      await storage.afterPut()
    },
    async get(key) {
      works('get')
      return blobs.get(checkKey(key))
    },
    async delete(key) {
      works('delete')
      blobs.delete(checkKey(key))
    },
  }
  const works = (what: MemoryStorage['broken']) => {
    if (storage.broken === what) throw new StorageError('broken by the test')
  }
  return storage
}
