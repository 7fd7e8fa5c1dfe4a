import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from '@20minutes/s3rver'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLocalDisk } from './local-disk.ts'
import { StorageError, type BlobStorage } from './port.ts'
import { createS3 } from './s3.ts'

let folder: string
let s3: { server: S3rver; url: string }
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-storage-'))
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: join(folder, 's3'),
    configureBuckets: [{ name: 'papers' }],
  })
  const { port } = await server.run()
  s3 = { server, url: `http://127.0.0.1:${port}` }
})
afterAll(async () => {
  await s3.server.close()
  await rm(folder, { recursive: true })
})
const account = { region: 'ap-south-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }

const storages: readonly (readonly [string, () => BlobStorage])[] = [
  ['the local disk', () => createLocalDisk(join(folder, 'disk'))],
  ['S3', () => createS3({ ...account, bucket: 'papers', endpoint: s3.url })],
]

describe.each(storages)('%s', (_, open) => {
  it('keeps bytes as they are, replaces and deletes them', async () => {
    const storage = open()
    const [one, two] = [randomBytes(300_000), randomBytes(10)]
    expect(await storage.get('7/documents/a1')).toBeUndefined()
    await storage.put('7/documents/a1', one)
    await storage.put('7/documents/a2', two)
    expect(one.equals((await storage.get('7/documents/a1')) ?? Buffer.alloc(0))).toBe(true)
    await storage.put('7/documents/a1', two)
    expect(await storage.get('7/documents/a1')).toEqual(two)
    await storage.delete('7/documents/a1')
    await storage.delete('7/documents/a1')
    expect(await storage.get('7/documents/a1')).toBeUndefined()
    expect(await storage.get('7/documents/a2')).toEqual(two)
  })

  it.each(['../x', '7/../../x', '/etc/passwd', '7//x', '7/X', '', '7/a\u0000', `7/${'a'.repeat(300)}`, '7/.x'])(
    'takes %j for no key',
    async (key) => {
      const storage = open()
      for (const work of [() => storage.put(key, Buffer.alloc(1)), () => storage.get(key), () => storage.delete(key)])
        await expect((async () => work())()).rejects.toBeInstanceOf(StorageError)
    },
  )
})

it('keeps files of the local disk from other users of the machine, and leaves no drafts', async () => {
  const disk = createLocalDisk(join(folder, 'own'))
  await Promise.all([1, 2, 3].map(() => disk.put('7/documents/same', randomBytes(50_000))))
  expect(await readdir(join(folder, 'own/7/documents'))).toEqual(['same'])
  expect((await stat(join(folder, 'own/7/documents/same'))).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'own/7'))).mode & 0o777).toBe(0o700)
})

it('tells a bucket that is not there, a wrong secret and a dead server from a blob that is not there', async () => {
  const wrong = [
    createS3({ ...account, bucket: 'nobodys', endpoint: s3.url }),
    createS3({ ...account, secretAccessKey: 'wrong', bucket: 'papers', endpoint: s3.url }),
    createS3({ ...account, bucket: 'papers', endpoint: 'http://127.0.0.1:1' }),
  ]
  for (const storage of wrong) await expect(storage.get('7/documents/a2')).rejects.toBeInstanceOf(StorageError)
})
