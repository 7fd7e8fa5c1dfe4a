import pg from 'pg'
import type { Acknowledged } from './record.ts'

interface Row {
  readonly id: string
  readonly reverses: string | null
  readonly type: string
  readonly user_id: string
  readonly buckets: Readonly<Record<string, number>>
}

const transactions = `
  select t.id, t.type, t.reverses, u.host_id as user_id, jsonb_object_agg(a.name, e.coins) as buckets
  from ledger_transactions t
  join tenants n on n.id = t.tenant_id and n.app_id = $1 and n.mode = 'test'
  join ledger_entries e on e.tenant_id = t.tenant_id and e.transaction_id = t.id and e.user_id is not null
  join ledger_accounts a on a.tenant_id = e.tenant_id and a.id = e.account_id
  join users u on u.tenant_id = e.tenant_id and u.id = e.user_id
  where u.host_id = any ($2) group by t.id, t.type, t.reverses, u.host_id`

interface Standing {
  readonly user_id: string
  readonly buckets: Readonly<Record<string, number>>
}

const standing = `
  select u.host_id as user_id, jsonb_object_agg(a.name, a.balance) as buckets
  from ledger_accounts a join tenants n on n.id = a.tenant_id and n.app_id = $1 and n.mode = 'test'
  join users u on u.tenant_id = a.tenant_id and u.id = a.user_id where u.host_id = any ($2) group by u.host_id`

const sumOf = (buckets: Readonly<Record<string, number>>): number => Object.values(buckets).reduce((sum, part) => sum + part, 0)

/** What of the acknowledged is missing, doubled or other in the books, and what is in the books that nobody was told of. */
export async function compareWithBooks(url: string, appId: string, userIds: readonly string[], { all }: Acknowledged): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const faults: string[] = []
    const { rows } = await client.query<Row>(transactions, [appId, userIds])
    const found = new Map(rows.map((row) => [row.id, row]))
    for (const { id, userId, coins, buckets, reverses } of all.values()) {
      const row = found.get(id)
      if (row === undefined) faults.push(`${id} was acknowledged and is missing`)
      else if (row.user_id !== userId || row.reverses !== reverses || sumOf(row.buckets) !== coins)
        faults.push(`${id} is another than was acknowledged: ${JSON.stringify(row)}`)
      else if (
        buckets !== undefined &&
        Object.entries({ ...buckets, ...row.buckets }).some(([name]) => buckets[name] !== row.buckets[name])
      )
        faults.push(`${id} moved ${JSON.stringify(row.buckets)} and told ${JSON.stringify(buckets)}`)
    }
    for (const row of rows) {
      // What users owe is collected from what they have by a job, which takes nothing from them in all.
      const collected = row.type === 'collection' && sumOf(row.buckets) === 0
      if (!all.has(row.id) && !collected) faults.push(`acknowledged to nobody: ${JSON.stringify(row)}`)
    }
    const owned = new Map<string, number>()
    for (const { userId, coins } of all.values()) owned.set(userId, (owned.get(userId) ?? 0) + coins)
    for (const row of (await client.query<Standing>(standing, [appId, userIds])).rows) {
      if (sumOf(row.buckets) !== (owned.get(row.user_id) ?? 0))
        faults.push(`${row.user_id} has ${JSON.stringify(row.buckets)} of ${owned.get(row.user_id) ?? 0}`)
      for (const [name, balance] of Object.entries(row.buckets))
        if (balance < 0 && name !== 'owed') faults.push(`${row.user_id} has ${balance} in ${name}`)
    }
    return faults
  } finally {
    await client.end()
  }
}
