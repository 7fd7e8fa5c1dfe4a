import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'

/** One who waits for a callee. Places are in the order of the ids. */
export interface Waiter {
  readonly id: string
  /** Ours, `usr_…`. */
  readonly calleeId: string
  readonly waiterId: string
  readonly calleeHostId: string
  readonly waiterHostId: string
  readonly position: number
  readonly joinedAt: Date
  readonly expiresAt: Date
  readonly turnUntil: Date | null
}

interface StoredWaiter {
  readonly id: string
  readonly callee_id: string
  readonly waiter_id: string
  readonly callee_host_id: string
  readonly waiter_host_id: string
  readonly position: string
  readonly joined_at: Date
  readonly expires_at: Date
  readonly turn_until: Date | null
}

const read = (row: StoredWaiter): Waiter => ({
  id: row.id,
  calleeId: row.callee_id,
  waiterId: row.waiter_id,
  calleeHostId: row.callee_host_id,
  waiterHostId: row.waiter_host_id,
  position: Number(row.position),
  joinedAt: row.joined_at,
  expiresAt: row.expires_at,
  turnUntil: row.turn_until,
})

// Those whose time is over are gone for everybody, also before their rows are.
const columns = `w.*, c.host_id as callee_host_id, m.host_id as waiter_host_id, (select count(*) + 1 from waiters b
    where b.tenant_id = w.tenant_id and b.callee_id = w.callee_id and b.id < w.id and b.expires_at > $2) as position`
const people = `join users c on c.tenant_id = w.tenant_id and c.id = w.callee_id join users m on m.tenant_id = w.tenant_id and m.id = w.waiter_id`

/** One joining at a time for a callee, and for a waiter: what both may hold is counted. In that order, so that nobody waits in a circle. */
export async function lockJoining(tx: Tx, tenantId: TenantId, calleeId: string, waiterId: string): Promise<void> {
  for (const name of [`waiting-for:${calleeId}`, `waiting:${waiterId}`])
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, $2))', [name, tenantId])
}

export async function waiterOf(tx: Tx, tenantId: TenantId, calleeId: string, waiterId: string, now: Date): Promise<Waiter | undefined> {
  const [row] = await tx.query<StoredWaiter>(
    `select ${columns} from waiters w ${people} where w.tenant_id = $1 and w.expires_at > $2 and w.callee_id = $3 and w.waiter_id = $4`,
    [tenantId, now, calleeId, waiterId],
  )
  return row && read(row)
}

/** How many wait for this callee, and for how many this waiter waits. */
export async function queueSizes(
  tx: Tx,
  tenantId: TenantId,
  calleeId: string,
  waiterId: string,
  now: Date,
): Promise<{ readonly waiters: number; readonly queues: number }> {
  const [row] = await tx.query<{ waiters: string; queues: string }>(
    `select count(*) filter (where callee_id = $2) as waiters, count(*) filter (where waiter_id = $3) as queues
     from waiters where tenant_id = $1 and (callee_id = $2 or waiter_id = $3) and expires_at > $4`,
    [tenantId, calleeId, waiterId, now],
  )
  return { waiters: Number(row?.waiters ?? 0), queues: Number(row?.queues ?? 0) }
}

/** Takes the last place. A place whose time is over is given up for it. */
export async function insertWaiter(
  tx: Tx,
  tenantId: TenantId,
  { id, calleeId, waiterId, joinedAt, expiresAt }: Pick<Waiter, 'id' | 'calleeId' | 'waiterId' | 'joinedAt' | 'expiresAt'>,
): Promise<void> {
  await tx.query('delete from waiters where tenant_id = $1 and callee_id = $2 and waiter_id = $3', [tenantId, calleeId, waiterId])
  await tx.query('insert into waiters (tenant_id, id, callee_id, waiter_id, joined_at, expires_at) values ($1, $2, $3, $4, $5, $6)', [
    tenantId,
    id,
    calleeId,
    waiterId,
    joinedAt,
    expiresAt,
  ])
}

export async function leaveQueue(tx: Tx, tenantId: TenantId, calleeId: string, waiterId: string): Promise<void> {
  tx.write('delete from waiters where tenant_id = $1 and callee_id = $2 and waiter_id = $3', [tenantId, calleeId, waiterId])
}

/** Every wait of a user and for them; with `otherId`: between these two only. Answers for whom others still may wait. */
export async function endWaits(tx: Tx, tenantId: TenantId, userId: string, otherId?: string): Promise<void> {
  await tx.query(
    `delete from waiters where tenant_id = $1
       and (callee_id = $2 and ($3::text is null or waiter_id = $3) or waiter_id = $2 and ($3::text is null or callee_id = $3))`,
    [tenantId, userId, otherId ?? null],
  )
}

/** Newest first. */
export async function waitsOf(
  tx: Tx,
  tenantId: TenantId,
  waiterId: string,
  page: { readonly limit: number; readonly before: string | undefined },
  now: Date,
): Promise<Waiter[]> {
  const rows = await tx.query<StoredWaiter>(
    // '~' sorts after every id.
    `select ${columns} from waiters w ${people} where w.tenant_id = $1 and w.expires_at > $2 and w.waiter_id = $3
       and w.id < coalesce($4::text, '~') order by w.id desc limit $5`,
    [tenantId, now, waiterId, page.before ?? null, page.limit],
  )
  return rows.map(read)
}

/** A place in a queue, as the one who goes through it needs it. */
export interface Place {
  readonly id: string
  readonly waiterId: string
  readonly turnUntil: Date | null
  /** In a call now: they could not use their turn. */
  readonly busy: boolean
}

/** The whole queue of a callee, held; those who cannot call any more (their time is over, or they were shut out) have left it. */
export async function holdQueue(tx: Tx, tenantId: TenantId, calleeId: string, now: Date): Promise<Place[]> {
  await tx.query(
    `delete from waiters w using users m where w.tenant_id = $1 and w.callee_id = $2 and m.tenant_id = $1 and m.id = w.waiter_id
       and (w.expires_at <= $3 or m.blocked or m.deleted_at is not null)`,
    [tenantId, calleeId, now],
  )
  const rows = await tx.query<{ id: string; waiter_id: string; turn_until: Date | null; busy: boolean }>(
    `select w.id, w.waiter_id, w.turn_until,
       exists (select from busy_users b where b.tenant_id = w.tenant_id and b.user_id = w.waiter_id) as busy
     from waiters w where w.tenant_id = $1 and w.callee_id = $2 order by w.id for update of w`,
    [tenantId, calleeId],
  )
  return rows.map((row) => ({ id: row.id, waiterId: row.waiter_id, turnUntil: row.turn_until, busy: row.busy }))
}

export async function setTurn(tx: Tx, tenantId: TenantId, id: string, until: Date | null): Promise<void> {
  await tx.query('update waiters set turn_until = $3 where tenant_id = $1 and id = $2', [tenantId, id, until])
}

export async function removePlace(tx: Tx, tenantId: TenantId, id: string): Promise<void> {
  await tx.query('delete from waiters where tenant_id = $1 and id = $2', [tenantId, id])
}

export async function waiterById(tx: Tx, tenantId: TenantId, id: string, now: Date): Promise<Waiter | undefined> {
  const [row] = await tx.query<StoredWaiter>(
    `select ${columns} from waiters w ${people} where w.tenant_id = $1 and w.expires_at > $2 and w.id = $3`,
    [tenantId, now, id],
  )
  return row && read(row)
}

/** For whom somebody waits, among these users and those for whom they wait: their end of a call may be somebody's turn. */
export async function awaitedAround(tx: Tx, tenantId: TenantId, userIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ callee_id: string }>(
    'select distinct callee_id from waiters where tenant_id = $1 and (callee_id = any($2) or waiter_id = any($2))',
    [tenantId, userIds],
  )
  return rows.map((row) => row.callee_id)
}

/**
 * Whether the end of a call between these two means anything to anybody: a queue that may go on, or a day that is measured. Who begins to
 * wait at this very moment has a task of their own that looks, and looks again.
 */
export async function isEndAwaited(tx: Tx, tenantId: TenantId, callerId: string, calleeId: string): Promise<boolean> {
  const [row] = await tx.query<{ is_awaited: boolean }>(
    `select exists (select from waiters where tenant_id = $1 and callee_id in ($2, $3))
       or exists (select from waiters where tenant_id = $1 and waiter_id in ($2, $3))
       or exists (select from users where tenant_id = $1 and id = $3 and (max_seconds_per_day is not null or rests_until is not null)) as is_awaited`,
    [tenantId, callerId, calleeId],
  )
  return row?.is_awaited === true
}

/** Where a callee stands, for those who wait. */
export interface AwaitedCallee {
  readonly busy: boolean
  readonly gone: boolean
}

export async function awaitedCallee(tx: Tx, tenantId: TenantId, calleeId: string): Promise<AwaitedCallee> {
  const [row] = await tx.query<{ busy: boolean }>(
    `select exists (select from busy_users b where b.tenant_id = u.tenant_id and b.user_id = u.id) as busy
     from users u where u.tenant_id = $1 and u.id = $2 and u.deleted_at is null`,
    [tenantId, calleeId],
  )
  return { busy: row?.busy ?? false, gone: row === undefined }
}
