import { afterAll, beforeAll, expect, it } from 'vitest'
import { startSignzySandbox, type SignzySandbox } from '../../sandbox/signzy/server.ts'
import type { CheckInput, CheckResult, Kyc } from '../../src/providers/kyc/port.ts'
import { createSignzy } from '../../src/providers/kyc/signzy/adapter.ts'
import { kycScene, type KycScene } from './scene.ts'

const asked: CheckInput[] = []
const notYet: CheckResult = {
  provider: 'karza',
  providerRequestId: null,
  state: 'pending',
  reason: 'in_progress',
  nameMatches: null,
  dateOfBirthMatches: null,
  extracted: { name: null, dateOfBirth: null, lastFour: null },
  score: null,
  providerCode: null,
  requests: 1,
  latencyMs: 1,
  maskedPictures: [],
}
/** Is never done. */
const never: Kyc = {
  name: 'karza',
  isResting: () => false,
  proves: () => true,
  startCheck: (_, input) => Promise.resolve((asked.push(input), notYet)),
}

let signzy: SignzySandbox
let scene: KycScene
beforeAll(async () => {
  signzy = await startSignzySandbox()
  const { url: baseUrl, username, password } = signzy
  const older = createSignzy({ baseUrl, persistUrl: baseUrl, generation: 'v2', credentials: { username, password }, timeoutMs: 20_000 })
  scene = await kycScene({ kyc: { karza: never, signzy: older } })
  await scene.app.server.app.update({ kyc: { providers: { pan: ['signzy'] } } })
})
afterAll(async () => {
  await scene.stop()
  await signzy.close()
})

it('asks again when the provider tells that it is done, and believes only what it is then told', async () => {
  signzy.control.change({ answersLater: true })
  const person = await scene.person()
  await scene.submit(person)
  // Time stands still: nothing but the provider's word makes the platform ask a second time.
  await expect.poll(async () => (await scene.settled(person)).status, { timeout: 60_000 }).toBe('verified')
  const [first] = signzy.control.callbacks()
  expect(first).toMatchObject({ outcome: 'sent', status: 204 })
  // The same message once more, and one that nobody was told the address for.
  const tell = (url: string) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(first?.json) })
  expect((await tell(first?.url ?? '')).status).toBe(204)
  expect((await tell(`${first?.url.slice(0, -43)}${'A'.repeat(43)}`)).status).toBe(404)
  expect((await scene.settled(person)).status).toBe('verified')
})

it('asks a few times, and then by its own schedule, when the provider tells so and has no answer', async () => {
  const app = await scene.platform.app('Patient')
  await app.server.app.update({ kyc: { providers: { pan: ['karza'] } } })
  const person = await scene.person(app)
  await scene.submit(person)
  await scene.settled(person)
  for (let told = 0; told < 9; told++) {
    expect((await fetch(asked[0]?.callbackUrl ?? '', { method: 'POST' })).status).toBe(204)
    await scene.settled(person)
  }
  expect(asked).toHaveLength(6)
  await scene.platform.advance(30, 30)
  await scene.settled(person)
  expect(asked).toHaveLength(7)
})
