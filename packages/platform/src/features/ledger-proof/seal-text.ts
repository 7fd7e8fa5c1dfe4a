import { createHash } from 'node:crypto'

/** Pure: what a seal says, and the hash over it. */

export interface Sealed {
  readonly id: string
  /** SHA-256 of the row's line, in hex. */
  readonly digest: string
}

export interface SealBody {
  readonly appId: string
  readonly mode: string
  readonly number: number
  /** Of the seal before; 64 zeros for the first. */
  readonly previousHash: string
  readonly kind: 'range' | 'late'
  readonly sealedAt: Date
  /** The chain has sealed all transactions up to this id, */
  readonly upTo: string
  /** and all accounts up to that one. */
  readonly upToAccount: string
  readonly accounts: readonly Sealed[]
  readonly transactions: readonly Sealed[]
  readonly entryCount: string
  /** The sum of all entries above zero. */
  readonly coins: string
}

export interface Seal extends SealBody {
  readonly hash: string
}

export const noHash = '0'.repeat(64)

/** SHA-256 over the seal's text: a line for each thing it says, each ended by a line feed. */
export function hashOf(seal: SealBody): string {
  const hash = createHash('sha256')
  hash.update(headOf(seal))
  for (const { id, digest } of seal.accounts) hash.update(`account ${id} ${digest}\n`)
  for (const { id, digest } of seal.transactions) hash.update(`transaction ${id} ${digest}\n`)
  return hash.digest('hex')
}

const headOf = (seal: SealBody): string =>
  [
    'ledger seal 1',
    `app ${seal.appId} ${seal.mode}`,
    `number ${seal.number}`,
    `previous ${seal.previousHash}`,
    `kind ${seal.kind}`,
    `at ${seal.sealedAt.toISOString()}`,
    `up to ${seal.upTo}`,
    `up to account ${seal.upToAccount}`,
    `accounts ${seal.accounts.length}`,
    `transactions ${seal.transactions.length}`,
    `entries ${seal.entryCount}`,
    `coins ${seal.coins}`,
    '',
  ].join('\n')
