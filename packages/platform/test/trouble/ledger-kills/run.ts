import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from '@impacthub/sdk/server'
import * as z from 'zod'
import { connect } from '../../../src/db/connect.ts'
import { findBooks, verifyBooks } from '../../../src/features/ledger-proof/index.ts'
import { forget, startChild, type ChildPlatform } from '../child-platform.ts'
import { ownPostgres, type OwnPostgres } from '../own-postgres.ts'
import { compareWithBooks } from './books.ts'
import { createClient, type Client } from './persist.ts'
import { randomFrom } from './plan.ts'
import { keepRecord } from './record.ts'
import { createWorker } from './worker.ts'

export interface KillPlan {
  readonly operations: number
  readonly connections: number
  /** kill -9 of the platform, spread over the run. */
  readonly kills: number
  /** Immediate restarts of PostgreSQL, spread over the run. */
  readonly restarts: number
  readonly users: number
  readonly seed: number
  /** A run that takes longer has failed. */
  readonly limitMs: number
}

export interface KillReport {
  readonly done: number
  readonly kills: number
  readonly restarts: number
  /** Requests whose answer was cut off. */
  readonly lost: number
  readonly acknowledged: number
  /** Reads of the books' sum while all this went on. */
  readonly reads: number
  /** Everything that is not as it was acknowledged; empty when all is well. */
  readonly faults: readonly string[]
}

/**
 * Many clients move coins by random while the platform and PostgreSQL are killed under them. Each asks until it is answered, so in the end
 * the books must hold exactly what was acknowledged.
 */
export async function killUnderLoad(plan: KillPlan): Promise<KillReport> {
  const postgres = await ownPostgres()
  const platform = await startChild({ databaseUrl: postgres.url })
  const scene = { postgres, platform }
  try {
    return await play(plan, scene)
  } finally {
    await scene.platform.kill()
    await postgres.remove()
    forget(platform.dataDir)
  }
}

interface Scene {
  readonly postgres: OwnPostgres
  platform: ChildPlatform
}

async function play(plan: KillPlan, scene: Scene): Promise<KillReport> {
  const { platformUrl: baseUrl, secretKey, appId } = scene.platform.demo
  const stopping = new AbortController()
  const late = setTimeout(() => stopping.abort(new Error(`not done after ${plan.limitMs} ms`)), plan.limitMs)
  const client = createClient({ baseUrl, secretKey, connections: plan.connections }, stopping.signal)
  const record = keepRecord()
  const progress = { done: 0, reads: 0, kills: 0, restarts: 0 }
  const userIds = Array.from({ length: plan.users }, (_, n) => `kill-${n}`)
  const server = createServer({ baseUrl, secretKey })
  for (const userId of userIds) await server.users.put({ userId, displayName: userId })

  const work = async (n: number): Promise<void> => {
    const step = createWorker({ name: `w${n}`, random: randomFrom(plan.seed * 1_000 + n), userIds, client, record })
    while (progress.done < plan.operations) {
      progress.done++
      await step()
    }
  }
  /** One that fails ends the others: what it found must not drown. */
  const orStop = (one: Promise<unknown>): Promise<unknown> =>
    one.catch((error: unknown) => {
      stopping.abort(error)
      throw error
    })
  try {
    const working = Promise.all(Array.from({ length: plan.connections }, (_, n) => work(n)))
    const over = Promise.all([orStop(working), orStop(trouble(plan, scene, progress, stopping.signal))]).then(() => stopping.abort())
    await Promise.all([over, orStop(readAllAlong(client, userIds, progress, stopping.signal))])
    const faults = await findFaults(scene, appId, userIds, record)
    return { ...progress, lost: client.lost(), acknowledged: record.all.size, faults }
  } finally {
    clearTimeout(late)
    client.close()
  }
}

/** Kills and restarts at their turns of the work, never two at once. */
async function trouble(
  { operations, kills, restarts }: KillPlan,
  scene: Scene,
  progress: { done: number; kills: number; restarts: number },
  stop: AbortSignal,
) {
  const turns = [
    ...Array.from({ length: kills }, (_, n) => ({ at: (operations * (n + 0.5)) / kills, what: 'kill' as const })),
    ...Array.from({ length: restarts }, (_, n) => ({ at: (operations * (n + 0.75)) / restarts, what: 'restart' as const })),
  ].sort((a, b) => a.at - b.at)
  for (const { at, what } of turns) {
    while (progress.done < at && !stop.aborted) await sleep(5)
    stop.throwIfAborted()
    if (what === 'restart') {
      await scene.postgres.stop('immediate')
      await scene.postgres.start()
      progress.restarts++
    } else {
      await scene.platform.kill()
      const { dataDir, demo } = scene.platform
      scene.platform = await startChild({ databaseUrl: scene.postgres.url, dataDir, port: Number(new URL(demo.platformUrl).port) })
      progress.kills++
    }
  }
}

const books = z.object({ sum: z.int() })
const wallet = z.object({ balance: z.int().nonnegative(), buckets: z.record(z.string(), z.int().nonnegative()) })

/** Whoever reads during all this sees books that balance and no wallet below zero. */
async function readAllAlong(client: Client, userIds: readonly string[], progress: { reads: number }, stop: AbortSignal): Promise<void> {
  for (let n = 0; !stop.aborted; n++) {
    const totals = await client.get('/v1/ledger/accounts')
    if (totals !== undefined) {
      const { sum } = books.parse(totals)
      if (sum !== 0) throw new Error(`the books summed to ${sum}`)
      progress.reads++
    }
    const seen = await client.get(`/v1/users/${userIds[n % userIds.length]}/wallet`)
    if (seen !== undefined) wallet.parse(seen)
    await sleep(50)
  }
}

async function findFaults(
  { postgres }: Scene,
  appId: string,
  userIds: readonly string[],
  record: ReturnType<typeof keepRecord>,
): Promise<string[]> {
  const differences = await compareWithBooks(postgres.url, appId, userIds, record)
  const db = connect({ url: postgres.url }, { poolSize: 2 })
  try {
    const books = await findBooks(db, appId, 'test')
    if (books === undefined) throw new Error('the app is gone')
    const { faults, frozen } = await verifyBooks(db, books)
    return [...differences, ...faults.map((fault) => JSON.stringify(fault)), ...(frozen ? ['the ledger is frozen'] : [])]
  } finally {
    await db.close()
  }
}
