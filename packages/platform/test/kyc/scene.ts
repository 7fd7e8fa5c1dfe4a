import type { ConnectClient } from '@impacthub/sdk'
import type { ConnectServer } from '@impacthub/sdk/server'
import pg from 'pg'
import sharp from 'sharp'
import { startPlatform, type StartOptions, type TestApp, type TestPlatform, type TestUser } from '../start-platform.ts'
import type { IdentitySandboxes } from './identity-sandboxes.ts'
import { aadhaarOf, licenseOf, panOf } from './numbers.ts'

type Wish = Parameters<ConnectClient['kyc']['submit']>[0]
type Receipt = Awaited<ReturnType<ConnectClient['kyc']['submit']>>
export type Case = Awaited<ReturnType<ConnectServer['kyc']['getSubmission']>>

/** A platform that verifies people, an app, and people to verify. */
export interface KycScene {
  readonly platform: TestPlatform
  readonly identities: IdentitySandboxes
  readonly app: TestApp
  /** Somebody new who has agreed to the notice. */
  person(of?: TestApp): Promise<TestUser>
  /** Uploads a picture of a document; its id. */
  upload(user: TestUser, type?: Wish['type'], side?: 'front' | 'back'): Promise<string>
  /** Uploads and hands in; of what is left out something that fits. */
  submit(user: TestUser, wish?: Partial<Wish>): Promise<Receipt>
  /** How it stands when nothing is left to do. */
  settled(user: TestUser): Promise<Awaited<ReturnType<ConnectClient['kyc']['get']>>>
  /** Rows of the whole database. */
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
  stop(): Promise<void>
}

const numberOf = { pan: panOf, aadhaar: aadhaarOf, driving_license: licenseOf } as const

/** Large enough for the providers, and small. */
export const picture = sharp({ create: { width: 1_024, height: 768, channels: 3, background: '#d0d8e0' } })
  .jpeg({ quality: 40 })
  .toBuffer()

export const noticeVersion = '2026-11'
export const claimed = { name: 'Asha Verma', dateOfBirth: '1990-01-31' }

export async function kycScene(options: StartOptions = {}): Promise<KycScene> {
  const platform = await startPlatform({ kyc: true, ...options })
  const app = await platform.app()
  const database = new pg.Client(platform.database.connection)
  await database.connect()
  let people = 0
  const upload: KycScene['upload'] = async ({ client }, type = 'pan', side = 'front') => {
    const file = new File([new Uint8Array(await picture)], 'card.jpg', { type: 'image/jpeg' })
    return (await client.kycDocuments.create({ type, side, file })).id
  }
  return {
    platform,
    get identities() {
      if (platform.identities === undefined) throw new Error('there are no sandboxes of identities')
      return platform.identities
    },
    app,
    upload,
    async person(of = app) {
      const user = await of.user(`person-${++people}`, { phone: null })
      await user.client.kyc.consent({ version: noticeVersion, language: 'en' })
      return user
    },
    async submit(user, wish = {}) {
      const { type = 'pan' } = wish
      const documentIds = wish.documentIds ?? [await upload(user, type)]
      const consent = { version: noticeVersion, language: 'en' }
      return user.client.kyc.submit({ ...claimed, type, number: numberOf[type](), documentIds, consent, ...wish })
    },
    async settled({ client }) {
      await platform.quiet()
      return client.kyc.get()
    },
    rows: async <Row extends object>(text: string, values: readonly unknown[] = []) => (await database.query<Row>(text, [...values])).rows,
    async stop() {
      await database.end()
      await platform.stop()
    },
  }
}
