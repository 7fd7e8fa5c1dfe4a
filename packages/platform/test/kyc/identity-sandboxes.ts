import { startKarzaSandbox, type KarzaSandbox } from '../../sandbox/karza/server.ts'
import type { Clock } from '../../sandbox/kit/clock.ts'
import { startSignzySandbox, type SignzySandbox } from '../../sandbox/signzy/server.ts'
import { introducing } from '../../src/embedded/introduce-people.ts'
import type { KycProviders } from '../../src/providers/kyc/choose.ts'
import { createKarza } from '../../src/providers/kyc/karza/adapter.ts'
import { createSignzy } from '../../src/providers/kyc/signzy/adapter.ts'

/** Both who ask registries about people, as sandboxes. */
export interface IdentitySandboxes {
  readonly karza: KarzaSandbox
  readonly signzy: SignzySandbox
  /** Our adapters, pointed at them. They introduce whom they ask about, and what is not answered is given up after a second. */
  readonly providers: KycProviders
  close(): Promise<unknown>
}

export async function startIdentitySandboxes(clock: Clock): Promise<IdentitySandboxes> {
  const [karza, signzy] = await Promise.all([startKarzaSandbox({ clock }), startSignzySandbox({ clock })])
  const timeoutMs = 1_000
  return {
    karza,
    signzy,
    providers: {
      karza: introducing(createKarza({ baseUrl: karza.url, apiKey: karza.apiKey, authHeader: 'x-karza-key', timeoutMs }), karza.url),
      signzy: introducing(
        createSignzy({ baseUrl: signzy.url, persistUrl: signzy.url, generation: 'v3', credentials: { token: signzy.token }, timeoutMs }),
        signzy.url,
      ),
    },
    close: () => Promise.all([karza.close(), signzy.close()]),
  }
}
