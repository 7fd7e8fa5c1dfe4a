import { execFile } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { WebSocketServer, type WebSocket } from 'ws'
import * as z from 'zod'
import { ask, type BenchDatabase } from './bench-database.ts'
import { startBenchPlatform } from './bench-platform.ts'
import { median, type Measurement } from './measurement.ts'

const run = promisify(execFile)

const watchers = 1_000
const subject = 'subject'
const report = z.object({ changes: z.number(), p50Ms: z.number(), p99Ms: z.number() })

/**
 * A change of presence told to a thousand watchers. Ours begins with the HTTP request that makes the change, with sign-in and commit;
 * the yardstick is a server of nothing but `ws`, which sends the same text to all as soon as one client asks for it.
 */
export async function presenceFanOut(database: BenchDatabase, rounds: number, seconds: number): Promise<Measurement[]> {
  const bare = await startBare()
  const ours = await startOurs(database)
  try {
    const [measured, yardstick]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      yardstick.push(await deliver({ port: bare.port, watchers, seconds }))
      measured.push(await deliver({ port: ours.port, watchers, seconds, platform: ours.platform }))
    }
    return [
      {
        name: `presence change to ${watchers} watchers, p99`,
        unit: 'ms',
        measured: median(measured),
        yardstick: median(yardstick),
        yardstickName: 'bare ws sending the same text',
        target: { most: 1.5 },
      },
    ]
  } finally {
    await ours.stop()
    bare.stop()
  }
}

/** The least that a server can do: keep the sockets and write to each. */
async function startBare(): Promise<{ port: number; stop: () => void }> {
  const sockets = new Set<WebSocket>()
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  let seq = 0
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', (data) => {
      if (!Buffer.isBuffer(data) || data.toString() !== 'change') return socket.send('{"type":"welcome"}')
      const text = JSON.stringify({ seq: ++seq, type: 'presence.changed', data: { userId: subject, status: 'online', rate: null } })
      for (const one of sockets) one.send(text)
    })
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return { port: (server.address() as AddressInfo).port, stop: () => void server.close() }
}

async function startOurs(database: BenchDatabase) {
  const { connection, port, appId, secretKey, stop } = await startBenchPlatform(database, 'presence', { trustedProxies: ['127.0.0.1'] })
  await ask(connection, populate(appId))
  return { port, platform: { secretKey, subject }, stop }
}

const populate = (appId: string) => `
  insert into users (id, tenant_id, host_id, display_name, referral_code, created_at)
  select 'usr_' || lpad(n::text, 26, '0'), t.id, case n when 0 then '${subject}' else 'watcher-' || n - 1 end, 'User ' || n, 'R' || n, t.created_at
  from tenants t, generate_series(0, ${watchers}) n where t.app_id = '${appId}' and t.mode = 'test'`

/** The 99th percentile of all deliveries, in milliseconds. */
async function deliver(load: object): Promise<number> {
  const script = join(import.meta.dirname, 'presence-watchers.ts')
  const { stdout } = await run(process.execPath, ['--conditions=source', script, JSON.stringify(load)])
  return report.parse(JSON.parse(stdout)).p99Ms
}
