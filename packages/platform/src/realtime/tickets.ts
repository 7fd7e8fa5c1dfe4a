import { createHash, randomBytes } from 'node:crypto'
import * as z from 'zod'
import { after } from '../base/clock.ts'
import { fail } from '../base/problem.ts'
import { tenantId } from '../base/tenant.ts'
import type { RealtimeActor, RealtimeParts } from './parts.ts'

const ticketMs = 30_000

const tenant = z.object({ id: z.int().positive().transform(tenantId), appId: z.string(), mode: z.enum(['test', 'live']) })
const kept = z.object({
  expiresAt: z.coerce.date(),
  actor: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('user'),
      tenant,
      userId: z.string(),
      hostUserId: z.string(),
      tokenIssuedAt: z.coerce.date(),
      tokenExpiresAt: z.coerce.date(),
    }),
    z.object({ kind: z.literal('secret'), tenant, keyId: z.string(), callerId: z.string(), scopes: z.array(z.string()).nullable() }),
  ]),
})

// The tenant is not known before the ticket is found, so the key stands above tenants. Who reads the bus finds no ticket to use.
const keyOf = (ticket: string) => `0:ticket:${createHash('sha256').update(ticket).digest('base64url')}`

export interface Ticket {
  readonly ticket: string
  readonly expiresAt: string
  /** Where to open the WebSocket. */
  readonly url: string
}

/** A ticket opens one connection within 30 s, for the very actor who asked. */
export async function createTicket({ bus, clock, publicUrl }: RealtimeParts, actor: RealtimeActor): Promise<Ticket> {
  const ticket = randomBytes(24).toString('base64url')
  const expiresAt = after(clock.now(), ticketMs).toISOString()
  const { id, appId, mode } = actor.tenant
  const value =
    actor.kind === 'user'
      ? {
          kind: actor.kind,
          tenant: { id, appId, mode },
          userId: actor.userId,
          hostUserId: actor.hostUserId,
          tokenIssuedAt: actor.tokenIssuedAt.toISOString(),
          tokenExpiresAt: actor.tokenExpiresAt.toISOString(),
        }
      : { kind: actor.kind, tenant: { id, appId, mode }, keyId: actor.keyId, callerId: actor.callerId, scopes: actor.scopes }
  await bus.put(keyOf(ticket), { expiresAt, actor: value }, ticketMs)
  return { ticket, expiresAt, url: `${publicUrl.replace(/^http/, 'ws').replace(/\/$/, '')}/v1/realtime` }
}

/** Uses a ticket up. One that is unknown, used or too old is all the same. */
export async function redeemTicket({ bus, clock, stillValid }: RealtimeParts, ticket: string): Promise<RealtimeActor> {
  const found = kept.safeParse(await bus.takeValue(keyOf(ticket)))
  if (!found.success || found.data.expiresAt <= clock.now()) return fail('unauthenticated')
  // Scopes were checked when the ticket was given; here they are only carried.
  const actor = found.data.actor as RealtimeActor
  return (await stillValid(actor)) ? actor : fail('unauthenticated')
}
