import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { freshDatabase } from '../../test/server/fresh-database.ts'
import { newId } from '../base/ids.ts'
import { createLogger } from '../base/logger.ts'
import { everyTenant, type TenantId } from '../base/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import { createInbox, type Inbox } from '../db/inbox.ts'
import { migrate } from '../db/migrate.ts'
import { createApp } from '../features/tenants/index.ts'
import { chooseTelephony } from '../providers/telephony/choose.ts'
import type { LegReport } from '../providers/telephony/port.ts'
import { createTwilio } from '../providers/telephony/twilio/adapter.ts'
import { createCallbacks, type CallbackAnswer, type CallbackRequest, type CallbackRoutes } from './callbacks.ts'

export const publicUrl = 'https://connect.example'
export const legId = `CA${'a'.repeat(32)}`
const accounts = {
  test: { baseUrl: 'http://127.0.0.1:1', accountSid: `AC${'1'.repeat(32)}`, authToken: 'test-token-0123456789abcdef' },
  live: { baseUrl: 'http://127.0.0.1:1', accountSid: `AC${'2'.repeat(32)}`, authToken: 'live-token-0123456789abcdef' },
}

export interface CallRef {
  readonly tenantId: TenantId
  readonly callId: string
  readonly token: string
}

export interface Told {
  readonly tenantId: TenantId
  readonly callId: string
  readonly report: LegReport
}

/** Two calls, one of each mode's tenant, and what providers can send to them: everything but the calls feature is real. */
export interface Exchange {
  readonly db: Db
  readonly inbox: Inbox
  readonly routes: CallbackRoutes
  readonly test: CallRef
  readonly live: CallRef
  /** What the calls were told, in order. */
  readonly told: Told[]
  /** Where refusals came from. */
  readonly refused: string[]
  /** Gives the process a place for the work on a message, or none, as at first; answers what became of it. */
  makeRoom(isRoom: boolean): { readonly begun: readonly string[] }
  /** Makes the next telling fail. */
  failNext(): void
  send(sent: Sent): Promise<CallbackAnswer>
  /** The request as it would be received. */
  received(sent: Sent): CallbackRequest
  rows(): Promise<{ delivery_id: string; tenant_id: number; call_id: string; payload: unknown; applied_at: Date | null }[]>
  tasks(): Promise<{ tenant_id: number; kind: string; subject: string }[]>
  at(time: Date): void
  close(): Promise<void>
}

export interface Sent {
  readonly call: CallRef
  readonly what: string
  readonly fields: Readonly<Record<string, string>>
  /** What is signed, when it is not what is sent. */
  readonly signed?: Readonly<Record<string, string>>
  readonly account?: 'test' | 'live'
  readonly token?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly query?: string
}

async function openCall(db: Db, tenantId: TenantId, now: Date): Promise<CallRef> {
  const token = `token-${newId('ses', now)}`
  const callId = newId('call', now)
  await db.transact(tenantId, async (tx) => {
    const people = [newId('usr', now), newId('usr', now)]
    for (const id of people)
      await tx.query(
        'insert into users (id, tenant_id, host_id, display_name, referral_code, created_at) values ($1, $2, $1, $1, $1, $3)',
        [id, tenantId, now],
      )
    await tx.query(
      `insert into calls (id, tenant_id, caller_id, callee_id, provider, callback_token, number, rate_coins, rate_seconds, share_percent,
         ring_seconds, limit_seconds, limit_reason, held_coins, created_at)
       values ($1, $2, $3, $4, 'twilio', $5, '+15005550006', 1, 60, 50, 30, 600, 'max_duration', 10, $6)`,
      [callId, tenantId, ...people, token, now],
    )
  })
  return { tenantId, callId, token }
}

function received({
  call,
  what,
  fields,
  signed = fields,
  account = 'test',
  token = call.token,
  headers = {},
  query = '',
}: Sent): CallbackRequest {
  const path = `/providers/twilio/calls/${call.callId}/${token}/${what}`
  const url = `${path}${query}`
  const signature = getExpectedTwilioSignature(accounts[account].authToken, `${publicUrl}${url}`, signed)
  return {
    method: 'POST',
    path,
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature, ...headers },
    raw: Buffer.from(new URLSearchParams(fields).toString()),
    ip: '203.0.113.7',
  }
}

export async function startExchange(): Promise<Exchange> {
  const database = await freshDatabase({ migrate })
  const db = connect(database.connection)
  let now = new Date('2026-11-22T10:00:00Z')
  const clock = { now: () => now, sleep: async () => undefined }
  const app = await createApp({ db, clock, masterKey: Buffer.alloc(32, 7) }, 'Callbacks')
  const calls = { test: await openCall(db, app.modes.test.tenant.id, now), live: await openCall(db, app.modes.live.tenant.id, now) }
  const told: Told[] = []
  const refused: string[] = []
  const begun: string[] = []
  let isRoom = false
  let failing = false
  const inbox = createInbox({
    db,
    clock,
    host: {
      wake: () => undefined,
      reserve: () =>
        isRoom
          ? { until: new Date(now.getTime() + 10_000), begin: ({ subject }) => void begun.push(subject), free: () => undefined }
          : undefined,
    },
    async applyReports(_tx, tenantId, callId, reports) {
      for (const report of await reports) {
        if (failing) {
          failing = false
          throw new Error('killed while applying')
        }
        told.push({ tenantId, callId, report })
      }
    },
  })
  const telephony = chooseTelephony({
    test: { twilio: createTwilio(accounts.test) },
    live: { twilio: createTwilio(accounts.live) },
    modeOf: async (id) => (id === calls.live.tenantId ? 'live' : 'test'),
  })
  const routes = createCallbacks({
    publicUrl,
    findCallback: async (callId, token) => Object.values(calls).find((call) => call.callId === callId && call.token === token)?.tenantId,
    masterKey: Buffer.alloc(32, 7),
    telephonyFor: telephony.forTenant,
    telephonyOf: (mode, provider) => telephony.among(mode)[provider],
    incoming: async ({ telephony: asked }) => asked.hangUpInstructions(),
    inbox,
    onlyLegOf: () => null,
    answerInstructions: async (_tenantId, callId) => ({ contentType: 'text/xml; charset=utf-8', body: `<Response>${callId}</Response>` }),
    limiter: {
      failed: async (ip) => void refused.push(ip),
    },
    logger: createLogger('silent'),
  })
  const read = <Row>(text: string) => db.transact(everyTenant, (tx) => tx.query<Row>(text))
  return {
    db,
    inbox,
    routes,
    ...calls,
    told,
    refused,
    makeRoom(is) {
      isRoom = is
      return { begun }
    },
    failNext: () => void (failing = true),
    send: (sent) => routes(received(sent)),
    received,
    rows: () => read('select delivery_id, tenant_id, call_id, payload, applied_at from inbox order by delivery_id'),
    tasks: () => read("select tenant_id, kind, subject from tasks where kind = 'inbox.apply' order by subject"),
    at: (time) => void (now = time),
    async close() {
      await db.close()
      await database.drop()
    },
  }
}
