import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { connect } from '../../../src/db/connect.ts'
import { verifyLedger } from '../../../src/features/wallet/index.ts'
import type { Task, PayoutReport } from './run.ts'
import { coinsEach, type Scene } from './ways.ts'

const allCoins = `select sum(a.balance)::text as coins from ledger_accounts a left join users u on u.tenant_id = a.tenant_id and u.id = a.user_id
  where (u.host_id like 'person-%' and a.name in ('earned', 'held')) or (a.user_id is null and a.name in ('payouts_in_flight', 'paid_out'))`

/** Earned, held, in flight and paid coins, looked at again and again while they move: what they add up to, each sum once. */
export function watchSums(connectionString: string): { stop(): Promise<ReadonlySet<string>> } {
  const seen = new Set<string>()
  let stopped = false
  const watching = (async () => {
    const database = new pg.Client({ connectionString })
    await database.connect()
    while (!stopped) {
      const { rows } = await database.query<{ coins: string }>(allCoins)
      seen.add(rows[0]?.coins ?? 'none')
      await sleep(100)
    }
    await database.end()
  })()
  return {
    async stop() {
      stopped = true
      await watching
      return seen
    },
  }
}

interface Row {
  readonly id: string
  readonly status: string
  readonly net_amount: string
}

const open = ['requested', 'approved', 'processing']

async function readRows({ database }: Scene): Promise<ReadonlyMap<string, Row>> {
  const { rows } = await database.query<Row>('select id, status, net_amount from withdrawals')
  return new Map(rows.map((row) => [row.id, row]))
}

/** Banks that waited make up their minds, and money comes in; then everything has to come to an end by itself. */
export async function settle(scene: Scene, limitMs: number): Promise<void> {
  const { control } = scene.razorpay
  control.clearFaults()
  const until = Date.now() + limitMs
  while (Date.now() < until) {
    const rows = await readRows(scene)
    const isOpen = (id: string | null): boolean => open.includes(rows.get(id ?? '')?.status ?? '')
    for (const { id, referenceId, status, due } of control.payouts()) {
      const waits = Object.keys(due).length === 0 || ((due.processed ?? 0) > Date.now() + 60_000 && due.failed === undefined)
      // What is over here is not paid there: it has to be called back.
      if (status === 'queued' && isOpen(referenceId)) control.movePayout(id, 'processing')
      else if (status === 'processing' && waits) control.movePayout(id, 'processed')
    }
    const isRecalled = control.payouts().every(({ status }) => status !== 'queued')
    if (isRecalled && ![...rows.values()].some(({ status }) => open.includes(status))) break
    await sleep(100)
  }
  // What was paid to one address comes back seconds later, and that may have been told to nobody.
  while (control.payouts().some(({ due }) => Object.keys(due).length > 0)) await sleep(100)
}

/** Everything is over. */
export async function conclude(
  scene: Scene,
  connection: { readonly url: string },
  {
    tasks,
    faults: before,
    sums,
  }: { readonly tasks: readonly Task[]; readonly faults: readonly string[]; readonly sums: ReadonlySet<string> },
): Promise<Omit<PayoutReport, 'deaths'>> {
  const payouts = scene.razorpay.control.payouts()
  const rows = [...(await readRows(scene)).values()]
  const faults = [...before]
  for (const { id, status, net_amount: amount } of rows) {
    const own = payouts.filter(({ referenceId }) => referenceId === id)
    const [payout] = own
    if (own.length > 1) faults.push(`${id} has ${own.length} payouts`)
    if (payout !== undefined && payout.amount !== Number(amount)) faults.push(`${id} was paid ${payout.amount} instead of ${amount}`)
    if (payout?.status === 'queued') faults.push(`${id} is ${status}, and its payout was never called back`)
    if (status !== 'paid' && payout?.status === 'processed') faults.push(`${id} is ${status}, and its payout was paid`)
    if (open.includes(status)) faults.push(`${id} is still ${status}`)
  }
  faults.push(...(await paidWithout(scene)))
  if (rows.length !== tasks.length) faults.push(`${rows.length} withdrawals instead of ${tasks.length}`)
  for (const coins of sums)
    if (Number(coins) !== tasks.length * coinsEach) faults.push(`${coins} coins instead of ${tasks.length * coinsEach}`)
  const db = connect(connection, { poolSize: 2 })
  faults.push(...(await verifyLedger(db)).faults.map(({ rule, subject, detail }) => `${rule}: ${subject} ${detail}`))
  await db.close()
  const paid = rows.filter(({ status }) => status === 'paid').length
  return { withdrawals: rows.length, paid, undone: rows.length - paid, payouts: payouts.length, faults }
}

/** What stands as paid has left, unless people paid it. A return whose message was lost is found by the reconciler a day later. */
async function paidWithout({ database, razorpay }: Scene): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(`select id from withdrawals where status = 'paid' and method <> 'hand'`)
  const gone = new Set(
    razorpay.control.payouts().flatMap(({ referenceId, status }) => (status === 'processed' || status === 'reversed' ? [referenceId] : [])),
  )
  return rows.filter(({ id }) => !gone.has(id)).map(({ id }) => `${id} is paid, and its payout was not`)
}
