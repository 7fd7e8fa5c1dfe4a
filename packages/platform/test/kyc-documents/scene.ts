import type { ConnectClient } from '@impacthub/sdk'
import { everyTenant } from '../../src/base/tenant.ts'
import { makePicture } from '../../src/content/picture.fixture.ts'
import { startPlatform, type StartOptions, type TestApp, type TestPlatform } from '../start-platform.ts'

export interface Uploader {
  readonly userId: string
  readonly client: ConnectClient
  readonly token: string
}

export interface DocumentScene {
  readonly platform: TestPlatform
  readonly app: TestApp
  /** Somebody who has agreed to the notice, unless told otherwise. */
  uploader(wish?: { consent?: boolean; app?: TestApp }): Promise<Uploader>
  /** One request as it goes over the wire. */
  ask(by: { readonly token: string }, method: string, path: string, more?: Asking): Promise<Told>
  /** A form with a file in it. */
  send(by: { readonly token: string }, file: File, wish?: FormWish): Promise<Told>
  /** Everything that is kept of uploads and documents, of all apps: numbers of rows and blobs. */
  kept(): Promise<Kept>
}

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: BodyInit
}

export interface FormWish {
  readonly type?: string
  readonly side?: string
  readonly password?: string
  readonly key?: string
}

export interface Told {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  /** What is in the JSON; nothing where there is none. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface Kept {
  readonly documents: number
  readonly pages: number
  readonly uploads: number
  readonly pieces: number
  readonly rows: number
  readonly blobs: number
}

let made = 0

export async function agree({ client }: Pick<Uploader, 'client'>): Promise<void> {
  const { version, language } = await client.kyc.getNotice({ language: 'en' })
  await client.kyc.consent({ version, language })
}

export async function documentScene(options: StartOptions = {}): Promise<DocumentScene> {
  const platform = await startPlatform(options)
  const app = await platform.app()
  const ask: DocumentScene['ask'] = async ({ token }, method, path, { headers = {}, body } = {}) => {
    const sent = { method, headers: { Authorization: `Bearer ${token}`, ...headers }, ...(body === undefined ? {} : { body }) }
    const answer = await fetch(`${platform.url}${path}`, sent)
    const bytes = Buffer.from(await answer.arrayBuffer())
    const isJson = /json/.test(answer.headers.get('content-type') ?? '') && bytes.length > 0
    return { status: answer.status, headers: answer.headers, bytes, body: isJson ? (JSON.parse(bytes.toString()) as Told['body']) : {} }
  }
  return {
    platform,
    app,
    async uploader({ consent = true, app: of = app } = {}) {
      const user = await of.user(`uploader-${++made}`, { phone: null })
      if (consent) await agree(user)
      return { ...user, token: await user.token() }
    },
    ask,
    async send(by, file, { type = 'pan', side = 'front', password, key } = {}) {
      const form = new FormData()
      form.append('type', type)
      form.append('side', side)
      if (password !== undefined) form.append('password', password)
      form.append('file', file)
      return ask(by, 'POST', '/v1/kyc/documents', { body: form, headers: key === undefined ? {} : { 'Idempotency-Key': key } })
    },
    kept: () => keptBy(platform),
  }
}

async function keptBy({ platform, storage }: TestPlatform): Promise<Kept> {
  const [row] = await platform.db.read<Omit<Kept, 'blobs'>>(
    everyTenant,
    `select (select count(*) from kyc_documents where destroyed_at is null)::integer as documents,
       (select count(*) from kyc_document_pages)::integer as pages, (select count(*) from kyc_uploads)::integer as uploads,
       (select count(*) from kyc_upload_pieces)::integer as pieces, (select count(*) from kyc_blobs)::integer as rows`,
    [],
  )
  if (row === undefined) throw new Error('nothing was counted')
  return { ...row, blobs: storage.blobs.size }
}

/** A photograph of a card, as a page sends it. */
export async function photo(width?: number, height?: number): Promise<File> {
  return fileOf(await makePicture(width, height).jpeg({ quality: 95 }).toBuffer(), 'card.jpg', 'image/jpeg')
}

/** A file of the right name and type, whatever is in it. */
export const fileOf = (bytes: Buffer, name: string, type: string): File => new File([new Uint8Array(bytes)], name, { type })
