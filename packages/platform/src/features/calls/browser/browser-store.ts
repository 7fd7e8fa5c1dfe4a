import { tenantId as asTenantId, type TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { Side } from '../call-row.ts'
import type { BrowserProofs, Span } from './browser-talk.ts'
import { multirangeOf, readSide, type StoredSide } from './proof-range.ts'

/** Both sides of a new call; nothing is proved yet. */
export async function openSides(tx: Tx, tenantId: TenantId, callId: string, users: Readonly<Record<Side, string>>): Promise<void> {
  tx.write(`insert into browser_sides (tenant_id, call_id, side, user_id) values ($1, $2, 'caller', $3), ($1, $2, 'callee', $4)`, [
    tenantId,
    callId,
    users.caller,
    users.callee,
  ])
}

/** What both sides have proved up to now. */
export async function proofsOf(tx: Tx, tenantId: TenantId, callId: string): Promise<BrowserProofs> {
  const rows = await tx.query<StoredSide & { readonly side: Side }>(
    'select side, connected::text, heard_at from browser_sides where tenant_id = $1 and call_id = $2',
    [tenantId, callId],
  )
  const of = (side: Side) => readSide(rows.find((row) => row.side === side) ?? { connected: null, heard_at: null })
  return { caller: of('caller'), callee: of('callee') }
}

/** What a user's tab has told of a call since the last writing. */
export interface NewProofs {
  readonly tenantId: TenantId
  readonly callId: string
  /** `usr_…` */
  readonly userId: string
  readonly peer: string
  readonly connected: readonly Span[]
  readonly heardAt: number
  readonly bytes: number
}

/**
 * Above all tenants: adds what came in to its sides, in one statement for all calls. What is of no open call, of no party to it or not of
 * its side's tab falls away. Gives the calls that are not in progress though something was proved of them. Sides are locked in one order, so
 * that processes never wait for each other's calls.
 */
export async function addProofs(tx: Tx, proofs: readonly NewProofs[]): Promise<{ readonly tenantId: TenantId; readonly callId: string }[]> {
  // A connection may plan this while the tables are small, and keeps the plan: it is to look up rows by index.
  tx.write(
    `select set_config(name, 'off', true) from unnest('{enable_seqscan,enable_hashjoin,enable_mergejoin,enable_material}'::text[]) name`,
    [],
  )
  const rows = await tx.query<{ tenant_id: number; call_id: string }>(
    `with given as materialized (
       select tenant_id, call_id, user_id, peer, connected::int8multirange, heard_at, bytes
       from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
         as g(tenant_id, call_id, user_id, peer, connected, heard_at, bytes)
       order by tenant_id, call_id, user_id
     ), fitting as materialized (
       select g.tenant_id, g.call_id, s.side, g.peer, g.heard_at, g.bytes, c.status,
         case when s.peer = g.peer and s.bytes = g.bytes then '{}' else g.connected end as connected
       from given g
       cross join lateral (
         select b.side, b.peer, b.bytes from browser_sides b
         where b.tenant_id = g.tenant_id and b.call_id = g.call_id and b.user_id = g.user_id limit 1 for update) s
       cross join lateral (
         select k.tenant_id, k.status from calls k
         where k.id = g.call_id and k.ended_at is null
           and g.peer = case s.side when 'caller' then k.caller_peer else k.callee_peer end limit 1) c
       where c.tenant_id = g.tenant_id
     ), written as (
       update browser_sides s
       set connected = s.connected + f.connected, heard_at = greatest(s.heard_at, f.heard_at), peer = f.peer, bytes = f.bytes
       from fitting f where s.tenant_id = f.tenant_id and s.call_id = f.call_id and s.side = f.side
     )
     select distinct tenant_id, call_id from fitting where status <> 'in_progress' and connected <> '{}' order by tenant_id, call_id`,
    [
      proofs.map(({ tenantId }) => tenantId),
      proofs.map(({ callId }) => callId),
      proofs.map(({ userId }) => userId),
      proofs.map(({ peer }) => peer),
      proofs.map(({ connected }) => multirangeOf(connected)),
      proofs.map(({ heardAt }) => heardAt),
      proofs.map(({ bytes }) => bytes),
    ],
  )
  return rows.map((row) => ({ tenantId: asTenantId(row.tenant_id), callId: row.call_id }))
}

/** Names the tab that carries a side's sound; the callee's first one is the yes to the call. */
export async function setPeer(tx: Tx, tenantId: TenantId, callId: string, side: Side, peer: string): Promise<void> {
  tx.write(`update calls set ${side === 'caller' ? 'caller_peer' : 'callee_peer'} = $3 where tenant_id = $1 and id = $2`, [
    tenantId,
    callId,
    peer,
  ])
}

export async function setAccepted(tx: Tx, tenantId: TenantId, callId: string, at: Date): Promise<void> {
  tx.write('update calls set accepted_at = $3 where tenant_id = $1 and id = $2 and accepted_at is null', [tenantId, callId, at])
}

/** Why each side ended: kept even when the books do not take the settlement. */
export async function setCauses(tx: Tx, tenantId: TenantId, callId: string, caller: string | null, callee: string | null): Promise<void> {
  tx.write('update calls set caller_cause = $3, callee_cause = $4 where tenant_id = $1 and id = $2', [tenantId, callId, caller, callee])
}
