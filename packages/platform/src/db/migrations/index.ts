import { tenancy } from './0001-tenancy.ts'
import { tasks } from './0002-tasks.ts'
import { ledger } from './0003-ledger.ts'
import { calls } from './0004-calls.ts'
import { numbersInbox } from './0005-numbers-inbox.ts'
import { groupPosting } from './0006-group-posting.ts'
import { callPaths } from './0007-call-paths.ts'
import { browserCalls } from './0008-browser-calls.ts'
import { virtualNumbers } from './0009-virtual-numbers.ts'
import { receiverControls } from './0010-receiver-controls.ts'
import { afterwards } from './0011-afterwards.ts'
import { webhooks } from './0012-webhooks.ts'
import { routing } from './0013-routing.ts'
import { roundTrips } from './0014-round-trips.ts'
import { joinAttempt } from './0015-join-attempt.ts'
import { legOwner } from './0016-leg-owner.ts'
import { money } from './0017-money.ts'
import { ledgerSeals } from './0018-ledger-seals.ts'
import { topups } from './0019-topups.ts'
import { longerCalls } from './0020-longer-calls.ts'
import { disputesOfCall } from './0021-disputes-of-call.ts'
import { withdrawals } from './0028-withdrawals.ts'

/** In order. A migration is never edited once it has landed. */
export const migrations: readonly { readonly name: string; readonly sql: string }[] = [
  { name: '0001-tenancy', sql: tenancy },
  { name: '0002-tasks', sql: tasks },
  { name: '0003-ledger', sql: ledger },
  { name: '0004-calls', sql: calls },
  { name: '0005-numbers-inbox', sql: numbersInbox },
  { name: '0006-group-posting', sql: groupPosting },
  { name: '0007-call-paths', sql: callPaths },
  { name: '0008-browser-calls', sql: browserCalls },
  { name: '0009-virtual-numbers', sql: virtualNumbers },
  { name: '0010-receiver-controls', sql: receiverControls },
  { name: '0011-afterwards', sql: afterwards },
  { name: '0012-webhooks', sql: webhooks },
  { name: '0013-routing', sql: routing },
  { name: '0014-round-trips', sql: roundTrips },
  { name: '0015-join-attempt', sql: joinAttempt },
  { name: '0016-leg-owner', sql: legOwner },
  { name: '0017-money', sql: money },
  { name: '0018-ledger-seals', sql: ledgerSeals },
  { name: '0019-topups', sql: topups },
  { name: '0020-longer-calls', sql: longerCalls },
  { name: '0021-disputes-of-call', sql: disputesOfCall },
  { name: '0028-withdrawals', sql: withdrawals },
]
