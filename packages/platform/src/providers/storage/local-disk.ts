import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { checkKey, StorageError, type BlobStorage } from './port.ts'

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** A folder of this machine that only we may read. */
export function createLocalDisk(folder: string): BlobStorage {
  const pathOf = (key: string) => join(folder, checkKey(key))
  return {
    put: (key, bytes) => replaceFile(pathOf(key), bytes).catch(broken),
    get: (key) => readFile(pathOf(key)).catch((error: unknown) => (isMissing(error) ? undefined : broken(error))),
    delete: (key) => rm(pathOf(key), { force: true }).catch(broken),
  }
}

function broken(cause: unknown): never {
  throw new StorageError('the disk did not do it', { cause })
}

/** A reader sees the old file or the new one, never half of one; both file and folder are on the disk before it is over. */
async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  const folder = await open(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
}
