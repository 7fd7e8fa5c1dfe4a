import * as z from 'zod'
import type { MasterKey } from '../base/vault.ts'
import type { S3Settings } from '../providers/storage/s3.ts'

const version = /^([1-9][0-9]{0,5}):([A-Za-z0-9+/]+={0,2})$/

/** `2:<base64>,1:<base64>`: versions of the master key that wraps the keys of documents and numbers, while one is rotated. */
const vaultKeys = z
  .string()
  .transform((text) => text.split(',').map((item) => version.exec(item.trim())))
  .refine((items) => items.every((item) => item !== null), 'must be like 2:BASE64,1:BASE64')
  .transform((items) => items.map((item) => ({ version: Number(item?.[1]), key: Buffer.from(item?.[2] ?? '', 'base64') })))
  .refine((keys) => keys.every(({ key }) => key.length >= 32), 'must be at least 32 bytes each, in base64')
  .refine((keys) => keys.every(({ key }) => new Set(key).size >= 16), 'must be random, such as from openssl rand -base64 32')
  .refine((keys) => new Set(keys.map((one) => one.version)).size === keys.length, 'must have each version once')

/** Where pictures of documents are kept, and what the keys that they are sealed with are wrapped by. */
export const storageFields = (url: z.ZodType<string, string>) => ({
  /** A bucket of S3 or of a server that speaks as S3 does. Without it: files below CONNECT_DATA_DIR. */
  CONNECT_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional(),
  CONNECT_S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{2,32}$/)
    .default('ap-south-1'),
  /** Default: Amazon’s own. */
  CONNECT_S3_ENDPOINT: url.optional(),
  CONNECT_S3_ACCESS_KEY_ID: z.string().min(3).max(256).optional(),
  CONNECT_S3_SECRET_ACCESS_KEY: z.string().min(3).max(256).optional(),
  /** Default: version 1, made from CONNECT_MASTER_KEY. The highest version wraps what is new. */
  CONNECT_VAULT_KEYS: vaultKeys.optional(),
})

export const storageTogether = [
  ['CONNECT_S3_BUCKET', 'CONNECT_S3_ACCESS_KEY_ID'],
  ['CONNECT_S3_BUCKET', 'CONNECT_S3_SECRET_ACCESS_KEY'],
] as const

type Given = Readonly<z.output<z.ZodObject<ReturnType<typeof storageFields>>>>

export interface StorageSettings {
  /** Undefined: the local disk. */
  readonly s3: S3Settings | undefined
  /** Undefined: one that is made from the master key. */
  readonly vaultKeys: readonly MasterKey[] | undefined
}

export function storageOf(given: Given): StorageSettings {
  const { CONNECT_S3_BUCKET: bucket, CONNECT_S3_ACCESS_KEY_ID: accessKeyId, CONNECT_S3_SECRET_ACCESS_KEY: secretAccessKey } = given
  const s3 =
    bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : { bucket, accessKeyId, secretAccessKey, region: given.CONNECT_S3_REGION, endpoint: given.CONNECT_S3_ENDPOINT }
  return { s3, vaultKeys: given.CONNECT_VAULT_KEYS }
}
