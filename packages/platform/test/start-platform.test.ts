import { expect, it } from 'vitest'
import { startPlatform } from './start-platform.ts'

it('starts the whole platform, and a second process over the same data', async () => {
  const first = await startPlatform()
  const app = await first.app()
  const asha = await app.user('asha', { coins: 10 })
  expect(await asha.client.wallet.get()).toMatchObject({ balance: 10 })
  const second = await startPlatform({ beside: first })
  await second.stop()
  expect(await first.trialBalance()).toBe(0)
  await first.stop()
})
