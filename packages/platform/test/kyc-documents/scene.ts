import type { ConnectClient } from '@impacthub/sdk'
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
}

let made = 0

export async function agree({ client }: Pick<Uploader, 'client'>): Promise<void> {
  const { version, language } = await client.kyc.getNotice({ language: 'en' })
  await client.kyc.consent({ version, language })
}

export async function documentScene(options: StartOptions = {}): Promise<DocumentScene> {
  const platform = await startPlatform(options)
  const app = await platform.app()
  return {
    platform,
    app,
    async uploader({ consent = true, app: of = app } = {}) {
      const user = await of.user(`uploader-${++made}`, { phone: null })
      if (consent) await agree(user)
      return { ...user, token: await user.token() }
    },
  }
}

/** A photograph of a card, as a page sends it. */
export async function photo(width?: number, height?: number): Promise<File> {
  return new File([new Uint8Array(await makePicture(width, height).jpeg({ quality: 95 }).toBuffer())], 'card.jpg', { type: 'image/jpeg' })
}

/** A file of the right name and type, whatever is in it. */
export const fileOf = (bytes: Buffer, name: string, type: string): File => new File([new Uint8Array(bytes)], name, { type })
