import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from '@impacthub/sdk/server'
import type pg from 'pg'
import type { RazorpaySandbox } from '../../../sandbox/razorpay/server.ts'

/** Where withdrawals are asked for: an app that the provider pays for, and one that pays by hand. */
export interface App {
  readonly appId: string
  readonly secretKey: string
}

export interface Scene {
  /** The same for every process that comes after one that was killed. */
  readonly url: string
  readonly sent: App
  readonly byHand: App
  readonly razorpay: RazorpaySandbox
  readonly database: pg.Client
}

export const coinsEach = 20

/** One withdrawal, and what people do about it. Each request is repeated under its key until it is answered: nobody knows what came of it. */
export interface Way {
  readonly app: 'sent' | 'byHand'
  /** Loses their verification: somebody of their own. */
  readonly isLoser?: true
  readonly vpa: string
  readonly then?: (scene: Scene, withdrawalId: string) => Promise<void>
}

interface Request {
  readonly path: string
  readonly body?: unknown
  readonly credential: () => Promise<string>
}

class Refused extends Error {}

async function surely(scene: Scene, { path, body, credential }: Request): Promise<{ id: string }> {
  const key = randomUUID()
  for (;;) {
    try {
      const answer = await fetch(`${scene.url}${path}`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${await credential()}`,
          'Idempotency-Key': key,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(15_000),
      })
      if (answer.ok) return (await answer.json()) as { id: string }
      const text = await answer.text()
      if (answer.status < 500 && answer.status !== 429 && !text.includes('idempotency_in_progress')) throw new Refused(`${path}: ${text}`)
    } catch (error) {
      if (error instanceof Refused) throw error
    }
    await sleep(50)
  }
}

const byApp = (scene: Scene, app: Way['app'], path: string, body?: unknown) =>
  surely(scene, { path, body, credential: () => Promise.resolve(scene[app].secretKey) })

const decide =
  (app: Way['app'], verb: string, body?: unknown) =>
  async (scene: Scene, id: string): Promise<void> =>
    void (await byApp(scene, app, `/v1/withdrawals/${id}/${verb}`, body))

/** Waits for what the row says. */
async function until({ database }: Scene, id: string, condition: string): Promise<void> {
  for (;;) {
    const { rowCount } = await database.query(`select 1 from withdrawals where id = $1 and (${condition})`, [id])
    if (rowCount === 1) return
    await sleep(30)
  }
}

const isDecided = `in_review or status <> 'requested'`
const isThere = 'payout_id is not null'
const said = { bankReference: 'UTR0001', reason: 'The bank says so' }

async function loseVerification(scene: Scene, app: Way['app'], id: string): Promise<void> {
  const { rows } = await scene.database.query<{ id: string }>(
    `select p.verified_id as id from withdrawals w join kyc_profiles p on p.tenant_id = w.tenant_id and p.user_id = w.user_id where w.id = $1`,
    [id],
  )
  await byApp(scene, app, `/v1/kyc/submissions/${rows[0]?.id}/review`, { decision: 'reopen', note: 'Looked again' })
}

/** Three days at the bank go by in no time. */
async function hang(scene: Scene, id: string): Promise<void> {
  await until(scene, id, isThere)
  await scene.database.query(`update withdrawals set sent_at = sent_at - interval '4 days' where id = $1`, [id])
}

const settle = decide('sent', 'settle', { outcome: 'failed', ...said })

async function settleAsPaidAndFail(scene: Scene, id: string): Promise<void> {
  await hang(scene, id)
  await decide('sent', 'settle', { outcome: 'paid', ...said })(scene, id)
  const payout = scene.razorpay.control.payouts().find(({ referenceId }) => referenceId === id)
  if (payout === undefined) throw new Error(`${id} has no payout`)
  scene.razorpay.control.movePayout(payout.id, 'failed')
  await settle(scene, id)
}

const approve = decide('byHand', 'approve', {})
const markPaid = decide('byHand', 'mark-paid', { bankReference: 'N0000001' })

const byHand = (...steps: readonly NonNullable<Way['then']>[]): Way => ({
  app: 'byHand',
  vpa: 'success@upi',
  async then(scene, id) {
    await until(scene, id, isDecided)
    for (const step of steps) await step(scene, id)
  },
})

export const ways: readonly Way[] = [
  { app: 'sent', vpa: 'success@upi' },
  { app: 'sent', vpa: 'failure@upi' },
  byHand(decide('byHand', 'reject', { reason: 'Odd' })),
  { app: 'sent', vpa: 'reversed@upi' },
  byHand(approve, markPaid),
  { app: 'sent', vpa: 'doubt@upi' },
  { app: 'sent', vpa: 'queued@upi', then: async (scene, id) => (await hang(scene, id), settle(scene, id)) },
  byHand(approve, markPaid, decide('byHand', 'settle', { outcome: 'failed', ...said })),
  {
    app: 'sent',
    vpa: 'queued@upi',
    isLoser: true,
    then: async (scene, id) => (await until(scene, id, isThere), loseVerification(scene, 'sent', id)),
  },
  byHand(approve, decide('byHand', 'cancel')),
  { app: 'sent', vpa: 'queued@upi' },
  { app: 'sent', vpa: 'queued@upi', then: settleAsPaidAndFail },
  { ...byHand(approve, (scene, id) => loseVerification(scene, 'byHand', id)), isLoser: true },
]

/** Goes one way to its end, whatever happens to the platform meanwhile. */
export async function goOneWay(scene: Scene, way: Way, userId: string): Promise<void> {
  const server = createServer({ baseUrl: scene.url, secretKey: scene[way.app].secretKey })
  const { id } = await surely(scene, {
    path: '/v1/withdrawals',
    body: { coins: coinsEach, payee: { type: 'upi', vpa: way.vpa } },
    credential: async () => (await server.users.createToken({ userId })).token,
  })
  await way.then?.(scene, id)
}
