import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../base/ids.ts'
import { createLogger } from '../../base/logger.ts'
import { systemClock } from '../../base/clock.ts'
import { codeOf, noon, openBooks, persist, type Books, type Person } from './books.fixture.ts'
import { expireGrants } from './expire-grants.ts'
import { holdForCall, owedCoins, post, reverse, rewardBoth, settleCall, takeBackReward, type RewardTaking } from './index.ts'
import { readTransaction } from './history-store.ts'
import { app, bucket, entry, move } from './ledger-entry.ts'
import { presentTransaction } from './present-wallet.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks()
})
afterAll(() => books.closeRight())

let made = 0
const both = ['referrer', 'referee'] as const
const nobodyLeft = { bonus: 0, purchased: 0, earned: 0, held: 0 }

interface Pair {
  readonly referralId: string
  readonly referrer: Person
  readonly referee: Person
}

async function pair(): Promise<Pair> {
  made += 1
  return {
    referralId: `ref_${made}`,
    referrer: await books.makeUser(`referrer-${made}`),
    referee: await books.makeUser(`referee-${made}`),
  }
}

const reward = (them: Pair, coins = { referrer: 50, referee: 50 }, expiresAt: Date | null = null) =>
  books.in(async (tx) => {
    const { referralId, referrer, referee } = them
    const [one, other] = [
      { userId: referrer.id, coins: coins.referrer },
      { userId: referee.id, coins: coins.referee },
    ]
    const posting = await rewardBoth(tx, books.tenant, { referralId, referrer: one, referee: other, expiresAt }, noon)
    await tx.query(referralRow, [
      referralId,
      books.tenant,
      referrer.id,
      referee.id,
      coins.referrer,
      coins.referee,
      posting.transactionId,
      noon,
    ])
    return posting
  })

// The books are asked whether they and the referrals say the same.
const referralRow = `insert into referrals (id, tenant_id, referrer_id, referee_id, code, via, status, attributed, referrer_coins, referee_coins,
    transaction_id, release, hold_days, policy_version, score, reasons, checks, created_at, updated_at, rewarded_at)
  values ($1, $2, $3, $4, 'ABCDEFG', 'signup', 'rewarded', true, $5, $6, $7, '{"after":"signup"}', 0, 0, 0, '[]', '{}', $8, $8, $8)
  on conflict (id) do nothing`

const take = ({ referralId }: Pair, sides: RewardTaking['sides'] = both, at = books.tenant) =>
  codeOf(
    books.in(async (tx) => {
      const taken = await takeBackReward(tx, at, { referralId, sides, by: 'test' }, noon)
      await tx.query(`update referrals set status = 'reversed', ended_at = $3 where tenant_id = $1 and id = $2`, [at, referralId, noon])
      return taken
    }, at),
  )

const spend = (person: Person, coins: number) =>
  books.in((tx) => {
    const head = { key: `spent-${++made}`, type: 'debit', description: 'Spent' }
    return post(tx, books.tenant, entry(head, [move(bucket(person.id, 'bonus'), app('revenue'), coins)]), noon)
  })

async function lineOf(person: Person, transactionId: string) {
  const row = await books.in((tx) => readTransaction(tx, books.tenant, person.id, transactionId))
  if (row === undefined) throw new Error('this did nothing to them')
  const { coins, description, referralSide } = presentTransaction(row)
  return { coins, description, referralSide }
}

const owes = (person: Person) => books.in((tx) => owedCoins(tx, books.tenant, person.id))

describe('a reward', () => {
  it('gives both sides their coins in one transaction, each a bonus that expires', async () => {
    const them = await pair()
    const expiresAt = new Date(noon.getTime() + 90 * 86_400_000)
    const { transactionId } = await reward(them, { referrer: 50, referee: 30 }, expiresAt)
    expect(await books.buckets(them.referrer)).toMatchObject({ bonus: 50 })
    expect(await books.buckets(them.referee)).toMatchObject({ bonus: 30 })
    const { rows } = await books.admin.query(
      'select g.source, g.remaining::int, g.expires_at from ledger_grants g where g.transaction_id = $1 order by g.remaining',
      [transactionId],
    )
    expect(rows).toEqual([30, 50].map((remaining) => ({ source: 'referral', remaining, expires_at: expiresAt })))
    expect(await lineOf(them.referrer, transactionId)).toEqual({ coins: 50, description: 'Referral reward', referralSide: 'referrer' })
    expect(await lineOf(them.referee, transactionId)).toEqual({ coins: 30, description: 'Welcome reward', referralSide: 'referee' })
    const told = await books.admin.query('select type from events where tenant_id = $1', [books.tenant])
    expect(told.rows).toEqual([{ type: 'wallet.credited' }, { type: 'wallet.credited' }])
  })

  it('is given once, by however many at once', async () => {
    const them = await pair()
    const answers = await Promise.all(Array.from({ length: 12 }, () => persist(() => reward(them))))
    expect(new Set(answers.map(({ transactionId }) => transactionId)).size).toBe(1)
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(await books.buckets(them.referrer)).toMatchObject({ bonus: 50 })
    await expect(codeOf(reward(them, { referrer: 51, referee: 50 }))).resolves.toBe('idempotency_key_reused')
  })

  it('may be for one side only', async () => {
    const them = await pair()
    await reward(them, { referrer: 0, referee: 20 })
    expect(await books.buckets(them.referrer)).toEqual(nobodyLeft)
    expect(await take(them)).toMatchObject([{ side: 'referee', takenCoins: 20, owedCoins: 0 }])
    expect(await books.buckets(them.referee)).toEqual(nobodyLeft)
  })

  it('leaves nothing of one leg where the transaction is undone, and is not given in a frozen ledger', async () => {
    const them = await pair()
    const undone = books.in(async (tx) => {
      const legs = { referrer: { userId: them.referrer.id, coins: 50 }, referee: { userId: them.referee.id, coins: 50 } }
      await rewardBoth(tx, books.tenant, { referralId: them.referralId, ...legs, expiresAt: null }, noon)
      throw new Error('the process died')
    })
    await expect(undone).rejects.toThrow('the process died')
    await books.admin.query('update tenants set ledger_frozen = true where id = $1', [books.tenant])
    await expect(codeOf(reward(them))).resolves.toBe('ledger_frozen')
    await books.admin.query('update tenants set ledger_frozen = false where id = $1', [books.tenant])
    expect(await books.buckets(them.referrer)).toEqual(nobodyLeft)
    expect(await books.buckets(them.referee)).toEqual(nobodyLeft)
  })

  it('cannot be taken back as any transaction can: its referral would not know', async () => {
    const { transactionId } = await reward(await pair())
    const wish = { transactionId, key: `hand-${made}`, reason: 'by hand', by: 'test' }
    await expect(codeOf(books.in((tx) => reverse(tx, books.tenant, wish, noon)))).resolves.toBe('not_reversible')
  })
})

describe('a reward taken back', () => {
  it('takes what is unspent, makes the rest a debt, and leaves other grants alone', async () => {
    const them = await pair()
    await reward(them)
    await spend(them.referee, 35)
    await books.credit(them.referee, 'bonus', 100)
    await books.credit(them.referee, 'earned', 40)
    expect(await take(them)).toMatchObject([
      { side: 'referrer', takenCoins: 50, owedCoins: 0, expiredCoins: 0 },
      { side: 'referee', takenCoins: 15, owedCoins: 35, expiredCoins: 0 },
    ])
    expect(await books.buckets(them.referrer)).toEqual(nobodyLeft)
    expect(await books.buckets(them.referee)).toEqual({ ...nobodyLeft, bonus: 100, earned: 40 })
    expect(await owes(them.referee)).toBe(35)
  })

  it('happens once a side, in whatever order and by however many at once', async () => {
    const them = await pair()
    const { transactionId } = await reward(them)
    const [first] = [await take(them, ['referee'])]
    const answers = await Promise.all(Array.from({ length: 8 }, () => persist(() => take(them))))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toEqual([expect.objectContaining({ side: 'referrer', takenCoins: 50 }), ...(Array.isArray(first) ? first : [])])
    const { rows } = await books.admin.query<{ key: string }>('select key from ledger_transactions where reverses = $1 order by key', [
      transactionId,
    ])
    expect(rows.map(({ key }) => key)).toEqual(both.toReversed().map((side) => `referral-taken:${them.referralId}:${side}`))
    expect(await owes(them.referrer)).toBe(0)
  })

  it('asks nobody for coins that had expired', async () => {
    const them = await pair()
    await reward(them, { referrer: 50, referee: 50 }, new Date(noon.getTime() + 1_000))
    await spend(them.referrer, 20)
    const later = { ...systemClock, now: () => new Date(noon.getTime() + 5_000) }
    await expireGrants({ db: books.db, clock: later, logger: createLogger('silent'), changed: () => Promise.resolve() })
    expect(await take(them)).toMatchObject([
      { side: 'referrer', takenCoins: 0, owedCoins: 20, expiredCoins: 30 },
      { side: 'referee', takenCoins: 0, owedCoins: 0, expiredCoins: 50, transactionId: null },
    ])
  })

  it('is paid by what was on hold for a call and comes back', async () => {
    const them = await pair()
    await reward(them)
    const callId = newId('call', noon)
    const [callerId, calleeId] = [them.referee.id, them.referrer.id]
    await books.in((tx) => holdForCall(tx, books.tenant, { callId, callerId, rateCoins: 1, maxIntervals: 40, now: noon }))
    expect(await take(them, ['referee'])).toMatchObject([{ takenCoins: 10, owedCoins: 40 }])
    await books.in((tx) => settleCall(tx, books.tenant, { callId, callerId, calleeId, dueCoins: 1, sharePercent: 50, now: noon }))
    await expireGrants({
      db: books.db,
      clock: { ...systemClock, now: () => noon },
      logger: createLogger('silent'),
      changed: () => Promise.resolve(),
    })
    expect(await owes(them.referee)).toBe(1)
    expect(await books.buckets(them.referee)).toEqual(nobodyLeft)
  })

  it('never takes what somebody spends at the same time from another grant', async () => {
    const them = await pair()
    await reward(them)
    await books.credit(them.referee, 'bonus', 30)
    const [, taken] = await Promise.all([persist(() => spend(them.referee, 30)), persist(() => take(them, ['referee']))])
    const [leg] = Array.isArray(taken) ? taken : []
    const { bonus } = await books.buckets(them.referee)
    const owed = await owes(them.referee)
    expect((leg?.takenCoins ?? 0) + owed).toBe(50)
    expect(bonus - owed).toBe(0)
  })

  it('does not exist for another app, nor without a reward', async () => {
    const them = await pair()
    expect(await take(them)).toBe('not_reversible')
    await reward(them)
    expect(await take(them, both, books.otherTenant)).toBe('not_reversible')
    expect(await books.buckets(them.referrer)).toMatchObject({ bonus: 50 })
  })
})
