import { startKarzaSandbox, type KarzaSandbox } from '../../sandbox/karza/server.ts'
import type { Clock } from '../../sandbox/kit/clock.ts'
import { startSignzySandbox, type SignzySandbox } from '../../sandbox/signzy/server.ts'
import { introducing } from '../../src/embedded/introduce-people.ts'
import type { KycProviders } from '../../src/providers/kyc/choose.ts'
import type { Kyc } from '../../src/providers/kyc/port.ts'
import { createKarza } from '../../src/providers/kyc/karza/adapter.ts'
import { createSignzy } from '../../src/providers/kyc/signzy/adapter.ts'

/** Both who ask registries about people, as sandboxes. */
export interface IdentitySandboxes {
  readonly karza: KarzaSandbox
  readonly signzy: SignzySandbox
  /** Our adapters, pointed at them. They introduce whom they ask about, and what is not answered is given up after a second. */
  readonly providers: KycProviders
  /** Keeps answers back that have come, until the returned function is called. */
  hold(): Held
  close(): Promise<unknown>
}

export interface Held {
  /** Resolves when an answer has come. */
  readonly came: Promise<void>
  release(): void
}

/** What becomes of answers on their way to whoever asked. */
function answerGate() {
  let held: { came: () => void; released: Promise<void> } | undefined
  return {
    behind: (provider: Kyc): Kyc => ({
      ...provider,
      async startCheck(kind, input) {
        const result = await provider.startCheck(kind, input)
        held?.came()
        await held?.released
        return result
      },
    }),
    hold(): Held {
      const came = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      held = { came: came.resolve, released: released.promise }
      return {
        came: came.promise,
        release() {
          held = undefined
          released.resolve()
        },
      }
    },
  }
}

export async function startIdentitySandboxes(clock: Clock): Promise<IdentitySandboxes> {
  const [karza, signzy] = await Promise.all([startKarzaSandbox({ clock }), startSignzySandbox({ clock })])
  const timeoutMs = 1_000
  const gate = answerGate()
  return {
    karza,
    signzy,
    providers: {
      karza: gate.behind(
        introducing(createKarza({ baseUrl: karza.url, apiKey: karza.apiKey, authHeader: 'x-karza-key', timeoutMs }), karza.url),
      ),
      signzy: introducing(
        createSignzy({ baseUrl: signzy.url, persistUrl: signzy.url, generation: 'v3', credentials: { token: signzy.token }, timeoutMs }),
        signzy.url,
      ),
    },
    hold: gate.hold,
    close: () => Promise.all([karza.close(), signzy.close()]),
  }
}
