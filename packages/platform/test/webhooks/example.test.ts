import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startPlatform } from '../start-platform.ts'

const example = join(import.meta.dirname, '../../../../examples/webhook-receiver/server.mjs')

it('the example registers itself, believes what the platform signs and nothing else, and takes its endpoint away', async () => {
  // The example reads the real time: what is signed must be of now.
  const platform = await startPlatform({ startMs: Date.now() })
  const app = await platform.app()
  const child = spawn(process.execPath, ['--conditions=source', example], {
    env: { PATH: process.env['PATH'], CONNECT_URL: platform.url, CONNECT_SECRET_KEY: app.secretKey, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  await expect.poll(() => said, { timeout: 15_000 }).toMatch(/webhook\.test evt_/)
  await app.server.users.put({ userId: 'asha', displayName: 'Asha' })
  await expect.poll(() => said).toMatch(/user\.created evt_/)
  const [endpoint] = (await app.server.webhookEndpoints.list()).data
  if (endpoint === undefined) throw new Error('it did not register')
  expect((await fetch(endpoint.url, { method: 'POST', body: '{}' })).status).toBe(400)
  expect((await fetch(endpoint.url)).status).toBe(405)
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect((await app.server.webhookEndpoints.list()).data).toEqual([])
  await platform.stop()
})
