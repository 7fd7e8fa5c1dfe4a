import { once } from 'node:events'
import { connect } from 'node:net'
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

it('stops at once though a browser holds a connection that it has not used, and one that it has', async () => {
  const platform = await startPlatform()
  const { port } = new URL(platform.url)
  const unused = connect(Number(port), '127.0.0.1')
  await once(unused, 'connect')
  await (await fetch(`${platform.url}/healthz`)).text()
  const closed = once(unused, 'close')
  unused.resume()
  // Without care for it, the stop would wait its 20 seconds, which is the time this test has.
  await platform.stop()
  await closed
}, 15_000)
