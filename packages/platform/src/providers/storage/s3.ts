import type * as Sdk from '@aws-sdk/client-s3'
import { checkKey, StorageError, type BlobStorage } from './port.ts'

/** A bucket of S3, or of a server that speaks as S3 does. */
export interface S3Settings {
  readonly bucket: string
  readonly region: string
  /** Undefined: Amazon's own. */
  readonly endpoint?: string | undefined
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

interface Opened {
  readonly sdk: typeof Sdk
  readonly client: Sdk.S3Client
}

const limitMs = 8_000

/** Its library is loaded with the first blob: most starts never need it. */
export function createS3({ bucket, region, endpoint, accessKeyId, secretAccessKey }: S3Settings): BlobStorage {
  let opened: Promise<Opened> | undefined
  const open = async () => {
    const sdk = await import('@aws-sdk/client-s3')
    const client = new sdk.S3Client({
      region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 3,
      requestHandler: { requestTimeout: limitMs, connectionTimeout: 3_000 },
      // Other servers than Amazon's have no host name for each bucket, and not all know the newer checksums.
      ...(endpoint === undefined
        ? {}
        : { endpoint, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
    })
    return { sdk, client }
  }
  const use = async <T>(work: (parts: Opened) => Promise<T>): Promise<T> => {
    try {
      return await work(await (opened ??= open()))
    } catch (cause) {
      throw new StorageError('the bucket did not do it', { cause })
    }
  }
  return {
    put: (key, bytes) =>
      use(async ({ sdk, client }) => {
        const input = {
          Bucket: bucket,
          Key: checkKey(key),
          Body: bytes,
          ContentLength: bytes.length,
          ContentType: 'application/octet-stream',
        }
        await client.send(new sdk.PutObjectCommand(input))
      }),
    get: (key) =>
      use(async ({ sdk, client }) => {
        try {
          const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: checkKey(key) }))
          return Body === undefined ? undefined : Buffer.from(await Body.transformToByteArray())
        } catch (error) {
          if (error instanceof sdk.NoSuchKey || error instanceof sdk.NotFound) return undefined
          throw error
        }
      }),
    delete: (key) =>
      use(async ({ sdk, client }) => {
        await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: checkKey(key) }))
      }),
  }
}
