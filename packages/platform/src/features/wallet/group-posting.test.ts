import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../base/ids.ts'
import { codeOf, noon, openBooks, type Books } from './books.fixture.ts'
import { createPoster as posterOf, credit, debit, type Wish } from './poster.fixture.ts'

let books: Books
beforeAll(async () => {
  books = await openBooks({ poolSize: 8 })
})
afterAll(() => books.closeRight())

const createPoster = () => posterOf(books)

describe('a group', () => {
  it('is one statement, in which each move has its own answer', async () => {
    const [asha, bela, chand] = await Promise.all(['asha', 'bela', 'chand'].map((name) => books.makeUser(name)))
    if (asha === undefined || bela === undefined || chand === undefined) throw new Error('nobody')
    await books.credit(bela, 'bonus', 4)
    await books.credit(bela, 'earned', 6)
    const before = { revenue: await books.appBalance('revenue'), promotions: await books.appBalance('promotions') }
    const { together, statements } = createPoster()
    const wishes = [
      credit('asha', 5, { key: 'group-asha', bucket: 'bonus' }),
      debit('bela', 7, { key: 'group-bela' }),
      debit('chand', 1, { key: 'group-chand' }),
      credit('nobody', 1, { key: 'group-nobody' }),
    ]
    const answers = await together(wishes)
    expect(statements).toEqual(['wallet_move_group'])
    expect(answers).toMatchObject([
      { outcome: 'new', userId: asha.id, body: { transaction: { coins: 5, buckets: { bonus: 5 } }, wallet: { balance: 5 } } },
      { outcome: 'new', userId: bela.id, body: { transaction: { coins: -7, buckets: { bonus: -4, earned: -3 } }, wallet: { balance: 3 } } },
      { outcome: 'new', body: { problem: 'insufficient_balance', detail: 'The wallet is 1 coins short of this.' } },
      { outcome: 'new', body: { problem: 'not_found' } },
    ])
    expect([await books.appBalance('revenue'), await books.appBalance('promotions')]).toEqual([before.revenue + 7, before.promotions - 5])
    // Refusals are kept like successes: what could succeed by now does not.
    await books.credit(chand, 'purchased', 9)
    const again = await together(wishes)
    expect(again.map(({ outcome }) => outcome)).toEqual(['replay', 'replay', 'replay', 'replay'])
    expect(again.map(({ body }) => body)).toEqual(answers.map(({ body }) => body))
    expect(await books.buckets(chand)).toMatchObject({ purchased: 9 })
  })

  it('answers what a lone request is answered', async () => {
    const shape = async (name: string, ask: (wishes: Wish[]) => Promise<{ body: unknown }[]>) => {
      await books.makeUser(name)
      await ask([credit(name, 9, { bucket: 'bonus' }), credit('nobody', 1)])
      await ask([credit(name, 5), credit('nobody', 1)])
      const all: Wish[] = [
        debit(name, 10, { reason: 'A “gift” \\ shop' }),
        debit(name, 3, { bucket: 'purchased' }),
        debit(name, 2),
        debit(name, 1),
      ]
      const bodies: unknown[] = []
      for (const wish of all) bodies.push((await ask([wish, credit('nobody', 1)]))[0]?.body)
      return JSON.stringify(bodies)
        .replaceAll(/txn_\w+/g, 'txn')
        .replaceAll(name, 'name')
    }
    const { together, move, statements } = createPoster()
    const alone = async (wishes: Wish[]) => {
      const answers: { body: unknown }[] = []
      for (const wish of wishes) answers.push(await move(wish))
      return answers
    }
    const asOne = await shape('one', alone)
    expect(statements.splice(0)).toHaveLength(12)
    expect(await shape('many', together)).toBe(asOne)
    expect(statements).toHaveLength(6)
    // The second move of a user in a group goes by itself, behind the others.
    const behind = (wishes: Wish[]) =>
      together([...wishes.map((wish) => debit(wish.hostUserId, 1_000)), ...wishes]).then((all) => all.slice(2))
    expect(await shape('late', behind)).toBe(asOne)
  })

  it('spends from as many grants as it takes, and names them', async () => {
    const omar = await books.makeUser('omar')
    for (const coins of [5, 6, 7]) await books.credit(omar, 'purchased', coins)
    await books.credit(omar, 'bonus', 2)
    const { together, statements } = createPoster()
    const answers = await together([debit('omar', 15), credit('nobody', 1)])
    expect(statements).toEqual(['wallet_move_group'])
    expect(answers[0]?.body).toMatchObject({ transaction: { buckets: { bonus: -2, purchased: -13 } }, wallet: { balance: 5 } })
    const { rows } = await books.admin.query<{ grants: Record<string, number> }>(
      `select e.grants from ledger_entries e join ledger_accounts a on a.id = e.account_id where e.user_id = $1 and e.coins < 0 order by a.name`,
      [omar.id],
    )
    expect(rows.map(({ grants }) => Object.values(grants).sort((a, b) => a - b))).toEqual([[-2], [-6, -5, -2]])
  })

  it('leaves coins alone that have expired, though they are still there', async () => {
    const pari = await books.makeUser('pari')
    await books.credit(pari, 'bonus', 3)
    const { together } = createPoster()
    const [given] = await together([
      credit('pari', 4, { bucket: 'bonus', expiresAt: new Date(noon.getTime() + 1_000) }),
      credit('nobody', 1),
    ])
    expect(given?.body).toMatchObject({ wallet: { balance: 7 } })
    const later = new Date(noon.getTime() + 2_000)
    const answers = await together([debit('pari', 5, { now: later }), credit('nobody', 1, { now: later })])
    expect(answers[0]?.body).toMatchObject({ problem: 'insufficient_balance', detail: 'The wallet is 2 coins short of this.' })
    const [spent] = await together([debit('pari', 3, { now: later }), credit('nobody', 1, { now: later })])
    expect(spent?.body).toMatchObject({ transaction: { coins: -3 }, wallet: { balance: 4 } })
  })

  it('gives answers again that were kept in full before', async () => {
    await books.makeUser('qadir')
    const { together } = createPoster()
    const wishes = [credit('qadir', 5, { key: 'qadir' }), credit('nobody', 1)]
    const [first] = await together(wishes)
    await books.admin.query(`update idempotency_keys set moved = null, transaction_id = null, body = $1 where key = 'qadir'`, [first?.body])
    for (const again of [wishes, wishes.slice(0, 1), [debit('qadir', 1_000), ...wishes]]) {
      const replay = (await together(again)).find(({ outcome }) => outcome === 'replay')
      expect(replay?.body).toEqual(first?.body)
    }
  })

  it('moves once under a key that comes twice, and refuses it with another content', async () => {
    const devi = await books.makeUser('devi')
    const { together, statements } = createPoster()
    const answers = await together([
      credit('devi', 5, { key: 'devi' }),
      credit('devi', 5, { key: 'devi' }),
      credit('devi', 6, { key: 'devi' }),
      credit('asha', 5, { key: 'devi' }),
    ])
    expect(statements).toEqual(['wallet_move_group'])
    expect(answers.map(({ outcome }) => outcome)).toEqual(['new', 'replay', 'reused', 'reused'])
    expect(answers[1]?.body).toEqual(answers[0]?.body)
    expect(await books.buckets(devi)).toMatchObject({ purchased: 5 })
  })

  it('stays one where users and keys come twice crosswise', async () => {
    for (const name of ['cross-one', 'cross-two']) await books.makeUser(name)
    const { together, statements } = createPoster()
    const answers = await together([
      credit('cross-one', 1, { key: 'cross' }),
      credit('cross-one', 2, { key: 'cross-other' }),
      credit('cross-two', 3, { key: 'cross' }),
    ])
    expect(answers.map(({ outcome }) => outcome)).toEqual(['new', 'new', 'reused'])
    expect(statements).toEqual(['wallet_move_group'])
  })

  it('lets a user spend many times at once, and never more than there is', async () => {
    const esha = await books.makeUser('esha')
    await books.credit(esha, 'bonus', 50)
    await books.credit(esha, 'purchased', 50)
    const { together, statements } = createPoster()
    const answers = await together(Array.from({ length: 30 }, () => debit('esha', 7)))
    expect(statements).toEqual(['wallet_move_group'])
    expect(answers.filter(({ body }) => body !== null && 'wallet' in body)).toHaveLength(14)
    expect(await books.buckets(esha)).toEqual({ bonus: 0, purchased: 2, earned: 0, held: 0 })
  })

  it('is of one tenant: the same name is another person in another app, and what is only there is not here', async () => {
    const [here, there] = [await books.makeUser('farid'), await books.makeUser('farid', books.otherTenant)]
    await books.makeUser('only-there', books.otherTenant)
    const { together, statements } = createPoster()
    const at = books.otherTenant
    const answers = await together([
      credit('farid', 1),
      credit('farid', 2, { at }),
      credit('only-there', 3),
      credit('only-there', 4, { at }),
    ])
    expect(statements).toEqual(['wallet_move_group', 'wallet_move_group'])
    expect(answers[2]?.body).toEqual({ problem: 'not_found' })
    expect([await books.buckets(here), await books.buckets(there, at)]).toMatchObject([{ purchased: 1 }, { purchased: 2 }])
  })

  it('opens a wallet that is not open yet, and stops at a full one', async () => {
    const gita = await books.makeUser('gita')
    await books.credit(gita, 'earned', Number.MAX_SAFE_INTEGER - 1)
    await books.in((tx) =>
      tx.query(
        `insert into users (id, tenant_id, host_id, display_name, referral_code, created_at) values ($1, $2, 'new', 'New', 'NEW', $3)`,
        [newId('usr', noon), books.tenant, noon],
      ),
    )
    const { together } = createPoster()
    const answers = await together([credit('new', 3), credit('gita', 2), credit('gita', 1)])
    expect(answers.map(({ body }) => body)).toMatchObject([{ wallet: { balance: 3 } }, { problem: 'conflict' }, { wallet: {} }])
    await together([debit('gita', 9, { bucket: 'earned' }), credit('nobody', 1)])
    await books.credit(gita, 'bonus', 5)
    const [spent] = await together([debit('gita', 7), credit('nobody', 1)])
    expect(spent?.body).toMatchObject({ transaction: { buckets: { bonus: -5, purchased: -1, earned: -1 } } })
  })

  it('forgets a key after its day', async () => {
    const hari = await books.makeUser('hari')
    const { together } = createPoster()
    const group = (now: Date) => together([credit('hari', 1, { key: 'hari', now }), credit('nobody', 1)])
    const outcomes = [await group(noon), await group(noon), await group(new Date(noon.getTime() + 90_000_000))].map(
      ([first]) => first?.outcome,
    )
    expect(outcomes).toEqual(['new', 'replay', 'new'])
    expect(await books.buckets(hari)).toMatchObject({ purchased: 2 })
  })
})

describe('when something is in the way', () => {
  it('a frozen ledger moves nothing and keeps no answer, but gives those it has given', async () => {
    const indu = await books.makeUser('indu')
    const { together } = createPoster()
    const known = [credit('indu', 1, { key: 'indu-1' }), credit('nobody', 1)]
    await together(known)
    const fresh = [credit('indu', 2, { key: 'indu-2' }), debit('indu', 1, { key: 'indu-3' })]
    await books.admin.query('update tenants set ledger_frozen = true where id = $1', [books.tenant])
    try {
      expect((await together(fresh)).map(({ outcome }) => outcome)).toEqual(['frozen', 'frozen'])
      expect((await together(known))[0]?.outcome).toBe('replay')
    } finally {
      await books.admin.query('update tenants set ledger_frozen = false where id = $1', [books.tenant])
    }
    expect((await together(fresh)).map(({ outcome }) => outcome)).toEqual(['new', 'new'])
    expect(await books.buckets(indu)).toMatchObject({ purchased: 2 })
  })

  it('a key that a twin holds is in progress, and nobody else waits for it', async () => {
    const jaya = await books.makeUser('jaya')
    const { together } = createPoster()
    await books.admin.query("select pg_advisory_lock(hashtextextended('key_one:jaya', $1))", [books.tenant])
    const answers = await together([credit('jaya', 5, { key: 'jaya' }), credit('jaya', 1)])
    await books.admin.query("select pg_advisory_unlock(hashtextextended('key_one:jaya', $1))", [books.tenant])
    expect(answers.map(({ outcome }) => outcome)).toEqual(['in_progress', 'new'])
    expect(await books.buckets(jaya)).toMatchObject({ purchased: 1 })
  })

  it('a value that the database refuses spoils its own move only', async () => {
    const kiran = await books.makeUser('kiran')
    const { together, statements } = createPoster()
    const answers = await Promise.allSettled([together([credit('kiran', 1)]), together([credit('kiran', 2, { reason: 'a\0b' })])])
    expect(statements).toEqual(['wallet_move_group', 'wallet_move_group', 'wallet_move_group'])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(await books.buckets(kiran)).toMatchObject({ purchased: 1 })
  })

  it('a connection that dies in the group refuses all of it; the same requests then move once each', async () => {
    const [lata, mohan] = [await books.makeUser('lata'), await books.makeUser('mohan')]
    const { move } = createPoster()
    const wishes = [credit('lata', 5, { key: 'lata' }), credit('mohan', 6, { key: 'mohan' })]
    await books.admin.query('begin')
    await books.admin.query('select 1 from ledger_accounts where user_id = $1 for update', [mohan.id])
    const answers = wishes.map((wish) => codeOf(move(wish)))
    const waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%wallet_move_group%'"
    let stuck: { pid: number }[] = []
    while (stuck.length === 0) {
      // Within a transaction PostgreSQL shows the activity of its first look.
      await books.admin.query('select pg_stat_clear_snapshot()')
      stuck = (await books.admin.query<{ pid: number }>(waiting)).rows
    }
    await books.admin.query('select pg_terminate_backend($1)', [stuck[0]?.pid])
    expect(await Promise.all(answers)).toEqual(['unavailable', 'unavailable'])
    await books.admin.query('rollback')
    expect([await books.buckets(lata), await books.buckets(mohan)]).toMatchObject([{ purchased: 0 }, { purchased: 0 }])
    for (const outcome of ['new', 'replay'])
      expect((await Promise.all(wishes.map(move))).map((one) => one.outcome)).toEqual([outcome, outcome])
    expect([await books.buckets(lata), await books.buckets(mohan)]).toMatchObject([{ purchased: 5 }, { purchased: 6 }])
  })
})
