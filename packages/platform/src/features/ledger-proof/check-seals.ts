import type { TenantId } from '../../base/tenant.ts'
import type { Db, Tx } from '../../db/connect.ts'
import {
  countUnsealed,
  lateTransactions,
  readAccounts,
  readByIndex,
  readSomeTransactions,
  readTransactions,
  sealAfter,
  sealedNumber,
  type OpenLedger,
  type Range,
} from './seal-store.ts'
import { hashOf, noHash, type Seal, type Sealed } from './seal-text.ts'

/** What a seal says and the ledger does not. */
export interface SealFault {
  readonly rule: string
  /** Which row, or which seal. */
  readonly subject: string
  readonly detail: string
}

export interface SealVerdict {
  readonly seals: number
  /** Write its hash down outside of the database: whoever can alter the database can also make another chain. */
  readonly newest: { readonly number: number; readonly hash: string; readonly sealedAt: Date } | null
  /** Transactions that are not sealed yet. */
  readonly unsealed: number
  /** Whether the chain has each seal that was asked for. */
  readonly known: ReadonlySet<string>
  readonly faults: readonly SealFault[]
  /** All of them, also those that are not listed. */
  readonly faultCount: number
}

export interface SealWalkOptions {
  /** Hashes of seals that somebody wrote down, and wants to find again. */
  readonly wanted?: ReadonlySet<string>
  /** Told after each seal how many rows were looked at. */
  readonly onSeal?: (rows: number) => void
}

/** So many are listed of one ledger. */
const mostListed = 1_000

export const rules = {
  chain: 'the chain of seals is whole',
  transaction: 'a sealed transaction is as it was sealed',
  account: 'a sealed account is as it was sealed',
  added: 'every transaction of the sealed past is in a seal',
  addedAccount: 'every account of the sealed past is in a seal',
} as const

/** Reads the chain from its beginning and every sealed row with it, one seal at a time: its memory does not grow with the ledger. */
export async function checkSeals(db: Db, ledger: OpenLedger, options: SealWalkOptions = {}): Promise<SealVerdict> {
  return new SealWalk(db, ledger, options).walk()
}

class SealWalk {
  readonly #db: Db
  readonly #ledger: OpenLedger
  readonly #options: SealWalkOptions
  readonly #faults: SealFault[] = []
  readonly #known = new Set<string>()
  #faultCount = 0
  #late = new Map<string, string>()
  #lateAsOf = 0
  #last: Pick<Seal, 'number' | 'hash' | 'upTo' | 'upToAccount' | 'sealedAt'> | undefined

  constructor(db: Db, ledger: OpenLedger, options: SealWalkOptions) {
    this.#db = db
    this.#ledger = ledger
    this.#options = options
  }

  async walk(): Promise<SealVerdict> {
    this.#late = await this.#read((tx, id) => lateTransactions(tx, id))
    let seals = 0
    // First how long the chain is, then its next seal: what is made in between is no gap.
    let expected = await this.#chainLength()
    for (let seal = await this.#next(); seal !== undefined; seal = await this.#next()) {
      seals++
      await this.#checkSeal(seal)
      this.#options.onSeal?.(seal.accounts.length + seal.transactions.length)
      expected = await this.#chainLength()
    }
    const last = this.#last
    if (expected > (last?.number ?? 0))
      this.#fault(rules.chain, `seal ${expected}`, `missing: the chain ends with seal ${last?.number ?? 0}`)
    return {
      seals,
      newest: last === undefined ? null : { number: last.number, hash: last.hash, sealedAt: last.sealedAt },
      unsealed: await this.#read(async (tx, id) => {
        await tx.patiently()
        return countUnsealed(tx, id, last?.upTo ?? '')
      }),
      known: this.#known,
      faults: this.#faults,
      faultCount: this.#faultCount,
    }
  }

  #chainLength(): Promise<number> {
    return this.#read((tx, id) => sealedNumber(tx, id))
  }

  /** The seal behind the last one that was looked at. */
  #next(): Promise<Seal | undefined> {
    return this.#read((tx) => sealAfter(tx, this.#ledger, this.#last?.number ?? 0))
  }

  async #checkSeal(seal: Seal): Promise<void> {
    const last = this.#last
    const name = `seal ${seal.number}`
    const number = (last?.number ?? 0) + 1
    const isNext = seal.number === number
    if (!isNext)
      this.#fault(rules.chain, number === seal.number - 1 ? `seal ${number}` : `seals ${number} to ${seal.number - 1}`, 'missing')
    else if (seal.previousHash !== (last?.hash ?? noHash)) this.#fault(rules.chain, name, `does not follow the seal before it`)
    // A chain of years is long: only what is looked for is kept.
    if (hashOf(seal) !== seal.hash) this.#fault(rules.chain, name, 'altered: its hash is of other content')
    else if (this.#options.wanted?.has(seal.hash) === true) this.#known.add(seal.hash)
    if (seal.kind === 'late') await this.#checkLate(seal)
    else await this.#checkRange(seal, isNext ? last : beginningOf(seal))
    this.#last = seal
  }

  async #checkRange(seal: Seal, from: Pick<Seal, 'upTo' | 'upToAccount'> | undefined): Promise<void> {
    const accounts = { after: from?.upToAccount ?? '0', upTo: seal.upToAccount }
    const transactions = { after: from?.upTo ?? '', upTo: seal.upTo }
    await this.#compare(seal, 'account', seal.accounts, accounts, readAccounts)
    await this.#compare(seal, 'transaction', seal.transactions, transactions, readTransactions)
  }

  async #checkLate(seal: Seal): Promise<void> {
    const ids = seal.transactions.map(({ id }) => id)
    const found = new Map((await this.#read((tx, id) => readSomeTransactions(tx, id, ids))).map((row) => [row.id, row.digest]))
    for (const { id, digest } of seal.transactions) this.#judge(seal, 'transaction', id, digest, found.get(id))
  }

  /** Every row between the seal's marks, against the seal's list. */
  async #compare(
    seal: Seal,
    kind: 'account' | 'transaction',
    sealed: readonly Sealed[],
    { after, upTo }: Omit<Range, 'limit'>,
    read: (tx: Tx, tenantId: TenantId, range: Range) => Promise<Sealed[]>,
  ): Promise<void> {
    const expected = new Map(sealed.map(({ id, digest }) => [id, digest]))
    const limit = Math.max(1_000, sealed.length + 1)
    for (let from = after; ;) {
      const rows = await this.#read(async (tx, id) => {
        await readByIndex(tx)
        return read(tx, id, { after: from, upTo, limit })
      })
      for (const { id, digest } of rows) {
        const known = expected.get(id)
        expected.delete(id)
        if (known === undefined && kind === 'transaction' && (await this.#isLate(seal, id))) continue // its own seal tells of it
        this.#judge(seal, kind, id, known, digest)
      }
      const last = rows.at(-1)
      if (last === undefined || rows.length < limit) break
      from = last.id
    }
    for (const [id, digest] of expected) this.#judge(seal, kind, id, digest, undefined)
  }

  /** What is not known as late may have been vouched for since the walk began: asked once more in each seal where something is found. */
  async #isLate({ number }: Seal, id: string): Promise<boolean> {
    if (!this.#late.has(id) && this.#lateAsOf < number) {
      this.#lateAsOf = number
      this.#late = await this.#read((tx, tenantId) => lateTransactions(tx, tenantId))
    }
    return this.#late.has(id)
  }

  #judge(seal: Seal, kind: 'account' | 'transaction', id: string, sealed: string | undefined, found: string | undefined): void {
    if (sealed === found) return
    const subject = `${kind} ${id}`
    if (sealed === undefined) {
      const rule = kind === 'account' ? rules.addedAccount : rules.added
      return this.#fault(rule, subject, `added: it lies in the range of seal ${seal.number}, which does not have it`)
    }
    const what = found === undefined ? 'missing: it is gone' : kind === 'account' ? 'altered' : 'altered: it or one of its entries'
    this.#fault(rules[kind], subject, `${what}; seal ${seal.number} has it`)
  }

  #fault(rule: string, subject: string, detail: string): void {
    this.#faultCount++
    if (this.#faults.length < mostListed) this.#faults.push({ rule, subject, detail })
  }

  /** Short transactions: what is sealed does not change, and nothing is kept from being cleaned up behind the walk. */
  #read<T>(work: (tx: Tx, tenantId: TenantId) => Promise<T>): Promise<T> {
    return this.#db.transact(this.#ledger.id, (tx) => work(tx, this.#ledger.id))
  }
}

/** Where a seal is missing, its range is not known: the next one is compared from its own first row on. */
const beginningOf = ({ accounts, transactions, upTo, upToAccount }: Seal): Pick<Seal, 'upTo' | 'upToAccount'> => ({
  upTo: transactions[0] === undefined ? upTo : justBefore(transactions[0].id),
  upToAccount: accounts[0] === undefined ? upToAccount : String(BigInt(accounts[0].id) - 1n),
})

/** A text that sorts before the id and after every shorter neighbour: '~' comes after all that ids are made of. */
function justBefore(id: string): string {
  const last = id.length - 1
  return `${id.slice(0, last)}${String.fromCharCode(id.charCodeAt(last) - 1)}~`
}
