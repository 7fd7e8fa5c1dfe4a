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
  /** Which of them were asked, in order, by provider and generation. */
  readonly asked: readonly string[]
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
  const asked: string[] = []
  const noted = (name: string, provider: Kyc): Kyc => ({
    ...provider,
    startCheck(kind, input) {
      asked.push(name)
      return provider.startCheck(kind, input)
    },
  })
  const atKarza = (baseUrl: string, authHeader: string) =>
    introducing(createKarza({ baseUrl, apiKey: karza.apiKey, authHeader, timeoutMs }), karza.url)
  const atSignzy = { baseUrl: signzy.url, persistUrl: signzy.url, timeoutMs }
  const v3 = noted(
    'signzy v3',
    introducing(createSignzy({ ...atSignzy, generation: 'v3', credentials: { token: signzy.token } }), signzy.url),
  )
  const { username, password } = signzy
  const v2 = noted(
    'signzy v2',
    introducing(createSignzy({ ...atSignzy, generation: 'v2', credentials: { username, password } }), signzy.url),
  )
  const api = noted('karza api', gate.behind(atKarza(karza.url, 'x-karza-key')))
  const hub = noted('karza hub', gate.behind(atKarza(`${karza.url}/api/kyc`, 'x-auth-key')))
  return {
    karza,
    signzy,
    providers: { karza: api, signzy: v3, generations: { karza: { api, hub }, signzy: { v2, v3 } } },
    asked,
    hold: gate.hold,
    close: () => Promise.all([karza.close(), signzy.close()]),
  }
}
