import { afterAll, beforeAll, expect, it } from 'vitest'
import { startExchange, type Exchange } from '../../http/callbacks.fixture.ts'

let exchange: Exchange
beforeAll(async () => {
  exchange = await startExchange()
})
afterAll(() => exchange.close())

const set = (change: string) => {
  const { tenantId, callId } = exchange.test
  return exchange.db.transact(tenantId, (tx) => tx.query(`update calls set ${change} where tenant_id = $1 and id = $2`, [tenantId, callId]))
}

it.each([
  `callee_id = caller_id`,
  `channel = 'smoke'`,
  `direction = 'sideways'`,
  `number = null`,
  `caller_peer = 'a-tab-of-a-browser'`,
  `channel = 'browser', number = null, callee_peer = 'short'`,
  `channel = 'browser', number = null, caller_peer = 'a tab with blanks in it'`,
  `status = 'lost'`,
  `status = 'completed'`,
  `status = 'completed', ended_at = created_at`,
  `status = 'completed', ended_at = created_at, end_reason = 'boredom'`,
  `settled = true`,
  `end_requested_by = 'nobody'`,
  `ended_by = 'platform'`,
  `review_reason = 'odd'`,
  `limit_reason = 'night'`,
  `rate_coins = 0`,
  `rate_seconds = 0`,
  `share_percent = 101`,
  `ring_seconds = 0`,
  `limit_seconds = 0`,
  `most_seconds = limit_seconds - 1`,
  `duration_seconds = -1`,
  `held_coins = 0`,
  `charged_coins = held_coins + 1`,
  `earned_coins = charged_coins + 1`,
  `refunded_coins = charged_coins + 1`,
  `overrun_coins = -1`,
])('holds no call with %s', async (change) => {
  await expect(set(change)).rejects.toThrow(/calls_sound/)
})

it('holds what may be', async () => {
  await set(
    `status = 'ringing', most_seconds = limit_seconds, ended_by = 'caller', end_requested_by = 'limit', review_reason = 'no_figures'`,
  )
  await set(
    `status = 'completed', ended_at = created_at, end_reason = 'platform', settled = true, charged_coins = held_coins, earned_coins = 1`,
  )
})
