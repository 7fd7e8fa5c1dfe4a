import { fail } from '../../base/problem.ts'
import type { DocumentSide, DocumentType } from './documents.ts'
import type { Upload } from './upload-store.ts'

/** The version of the protocol for resumable uploads that is spoken here. */
const tusVersion = '1.0.0'

/** 412, as the protocol has it. */
export function refuseOtherTus(version: string | undefined): void {
  if (version !== tusVersion) fail('unsupported_tus_version', { headers: { 'Tus-Version': tusVersion } })
}

/** What the protocol wants to be told of an upload. */
export const tusHeaders = ({ received, length, expiresAt }: Pick<Upload, 'received' | 'length' | 'expiresAt'>): Record<string, string> => ({
  'Tus-Resumable': tusVersion,
  'Upload-Offset': String(received),
  'Upload-Length': String(length),
  'Upload-Expires': expiresAt.toUTCString(),
})

/** What an upload is begun with. */
export interface UploadWish {
  readonly type: DocumentType
  readonly side: DocumentSide
  readonly length: number
  readonly fileName: string
  readonly fileType: string
}

const types: Readonly<Record<string, DocumentType>> = { aadhaar: 'aadhaar', pan: 'pan', driving_license: 'driving_license' }
const sides: Readonly<Record<string, DocumentSide>> = { front: 'front', back: 'back' }

/** `Upload-Metadata`: names, each with its value in base64, separated by commas. Names that are not known here mean nothing. */
function metadataOf(header: string): ReadonlyMap<string, string> {
  const pairs = header.split(',').map((pair) => {
    const [name = '', value = '', ...more] = pair.trim().split(/ +/)
    if (more.length > 0 || !/^[\x21-\x2b\x2d-\x7e]+$/.test(name) || !/^[A-Za-z0-9+/]*={0,2}$/.test(value))
      fail('invalid_request', { errors: [{ pointer: '/headers/upload-metadata', detail: 'is not names with values in base64' }] })
    return [name, Buffer.from(value, 'base64').toString('utf8')] as const
  })
  return new Map(pairs)
}

interface Given {
  readonly headers: {
    readonly 'tus-resumable'?: string | undefined
    readonly 'upload-length'?: number | undefined
    readonly 'upload-metadata'?: string | undefined
  }
  readonly body: { readonly [Name in keyof UploadWish]?: UploadWish[Name] | undefined }
}

/** An upload may be begun by JSON, or by the headers of tus and no body. */
export function uploadWishOf({ headers, body }: Given): UploadWish {
  const byTus = headers['upload-length'] !== undefined || headers['upload-metadata'] !== undefined
  if (byTus) refuseOtherTus(headers['tus-resumable'])
  const told = byTus ? metadataOf(headers['upload-metadata'] ?? '') : new Map<string, string>()
  const wish = {
    type: body.type ?? types[told.get('type') ?? ''],
    side: body.side ?? sides[told.get('side') ?? 'front'],
    length: body.length ?? headers['upload-length'],
    fileName: body.fileName ?? told.get('filename'),
    fileType: body.fileType ?? told.get('filetype'),
  }
  const missing = Object.entries(wish).filter(([, value]) => value === undefined || value === '')
  const { type, side, length, fileName, fileType } = wish
  if (
    type === undefined ||
    side === undefined ||
    length === undefined ||
    fileName === undefined ||
    fileType === undefined ||
    missing.length > 0
  )
    return fail('invalid_request', { errors: missing.map(([name]) => ({ pointer: `/${name}`, detail: 'is required' })) })
  return { type, side, length, fileName, fileType }
}
