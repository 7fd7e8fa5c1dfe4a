import pg from 'pg'
import type { RazorpaySandbox } from '../../sandbox/razorpay/server.ts'
import { startPlatform, type StartOptions, type TestApp, type TestPlatform, type TestUser } from '../start-platform.ts'
import { makeVerified } from './verified.ts'

/** A platform that pays people out through RazorpayX's sandbox, an app, and people who have earned something. */
export interface WithdrawalScene {
  readonly platform: TestPlatform
  readonly razorpay: RazorpaySandbox
  readonly app: TestApp
  /** Somebody new with earned coins, verified unless told. */
  earner(wish?: { coins?: number; name?: string; verified?: boolean; pan?: string | null }): Promise<TestUser>
  /** Earned, held, in flight and paid coins of the whole app: they only move from one to another. */
  coins(): Promise<{ earned: number; held: number; inFlight: number; paid: number; all: number }>
  /** What the provider was asked to pay for a withdrawal: more than one would be a double payout. */
  payoutsOf(withdrawalId: string): ReturnType<RazorpaySandbox['control']['payouts']>
  /** Rows of the whole database. */
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
  stop(): Promise<void>
}

export const upi = (vpa: string) => ({ type: 'upi' as const, vpa })

export async function withdrawalScene(options: Omit<StartOptions, 'razorpay'> = {}): Promise<WithdrawalScene> {
  const platform = await startPlatform({ ...options, razorpay: true })
  const { razorpay, database, masterKey, held } = platform
  if (razorpay === undefined) throw new Error('there is no Razorpay sandbox')
  const app = await platform.app()
  const client = new pg.Client(database.connection)
  await client.connect()
  // One connection: one question after the other.
  let last: Promise<unknown> = Promise.resolve()
  const rows = <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const answer = last.then(async () => (await client.query<Row>(text, [...values])).rows)
    last = answer.catch(() => undefined)
    return answer
  }
  let people = 0
  return {
    platform,
    razorpay,
    app,
    rows,
    payoutsOf: (withdrawalId) => razorpay.control.payouts().filter(({ referenceId }) => referenceId === withdrawalId),
    async earner({ coins = 1_000, name = 'Asha Verma Nair', verified = true, pan } = {}) {
      const user = await app.user(`earner-${++people}`, { phone: null })
      await app.server.wallets.credit({ userId: user.userId, coins, bucket: 'earned', reason: 'Earned' })
      const at = { connection: database.connection, masterKey, now: new Date(held.now()), appId: app.app.appId }
      if (verified) await makeVerified(at, [{ userId: user.userId, name, ...(pan === undefined ? {} : { panLastFour: pan }) }])
      return user
    },
    async coins() {
      const found = await rows<{ name: string; coins: string }>(
        `select a.name, sum(a.balance)::text as coins from ledger_accounts a join tenants t on t.id = a.tenant_id
         where t.app_id = $1 and t.mode = 'test' and a.name in ('earned', 'held', 'payouts_in_flight', 'paid_out') group by a.name`,
        [app.app.appId],
      )
      const of = (name: string) => Number(found.find((one) => one.name === name)?.coins ?? 0)
      const [earned, onHold, inFlight, paid] = [of('earned'), of('held'), of('payouts_in_flight'), of('paid_out')]
      return { earned, held: onHold, inFlight, paid, all: earned + onHold + inFlight + paid }
    },
    async stop() {
      await client.end()
      await platform.stop()
    },
  }
}
