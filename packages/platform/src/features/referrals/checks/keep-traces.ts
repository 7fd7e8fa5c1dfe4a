import { after, type Clock } from '../../../base/clock.ts'
import { everyTenant } from '../../../base/tenant.ts'
import type { Db, Tx } from '../../../db/connect.ts'
import {
  fingerprintsOf,
  forgetDeleted,
  forgetPlaces,
  forgetSignupEmails,
  lockUntraced,
  markTraced,
  shortenAddresses,
} from './keeping-store.ts'
import { leaveTraces, tracesEdition, type TraceDeps } from './traces.ts'

export interface KeepingDeps extends TraceDeps {
  readonly db: Db
  readonly clock: Clock
}

const day = 86_400_000

/** For how many days it is kept where somebody came from, and with which address of mail they signed up. */
const placeDays = 90
/** For how many days somebody who was deleted is known again: who comes back for another reward comes soon. */
const deletedDays = 180

/** Rows of one transaction: nobody waits long for any of them. */
const atOnce = 200

/** Traces of those who were made before there were any. Their time is when they came. */
async function traceOlder(deps: KeepingDeps, tx: Tx): Promise<number> {
  const people = await lockUntraced(tx, atOnce)
  for (const { tenantId, id, email, signupEmail, phone, ip, deviceId, createdAt } of people)
    leaveTraces(deps, tx, tenantId, id, { emails: [email, signupEmail], phone, ip, deviceId }, createdAt)
  for (const { tenantId, userId, kind, fingerprint, since } of await fingerprintsOf(tx, people))
    leaveTraces(deps, tx, tenantId, userId, { [kind]: fingerprint }, since)
  if (people.length > 0)
    await markTraced(
      tx,
      people.map(({ id }) => id),
      tracesEdition,
    )
  return people.length
}

/**
 * Leaves the traces that are missing, and forgets what has been kept for its time. A few rows in each transaction: if the process dies, what
 * was done stays done, and the rest is done the next time.
 */
export async function keepTraces(deps: KeepingDeps): Promise<void> {
  const now = deps.clock.now()
  const [places, deleted] = [after(now, -placeDays * day), after(now, -deletedDays * day)]
  const steps: readonly ((tx: Tx) => Promise<number>)[] = [
    (tx) => traceOlder(deps, tx),
    (tx) => shortenAddresses(tx, places, atOnce),
    (tx) => forgetSignupEmails(tx, places, atOnce),
    (tx) => forgetPlaces(tx, places, atOnce),
    (tx) => forgetDeleted(tx, deleted, atOnce),
  ]
  for (const step of steps) while ((await deps.db.transact(everyTenant, step)) === atOnce);
}
