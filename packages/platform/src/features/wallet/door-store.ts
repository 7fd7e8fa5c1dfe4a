import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import type { Entry, GrantCoins } from './ledger-entry.ts'

const outcomes = ['posted', 'replay', 'reused', 'insufficient', 'full', 'frozen'] as const
type DoorOutcome = (typeof outcomes)[number]
const isOutcome = (text: string): text is DoorOutcome => outcomes.some((outcome) => outcome === text)

interface DoorRequest {
  readonly id: string
  readonly entry: Entry
  readonly fingerprint: Buffer
  readonly users: readonly (string | null)[]
  readonly names: readonly string[]
  readonly sources: readonly number[]
  readonly targets: readonly number[]
  readonly returns: Readonly<Record<string, GrantCoins>> | null
  readonly now: Date
}

interface DoorAnswer {
  readonly outcome: DoorOutcome
  readonly transactionId: string
  /** How many coins the sources are short of; as text, for people only. */
  readonly missing: string | null
}

/** Goes through the only writers of entries and balances: most entries through the narrow door, `ledger_transfer`. */
export async function throughTheDoor(tx: Tx, tenantId: TenantId, request: DoorRequest): Promise<DoorAnswer> {
  return throughTheNarrow(tx, tenantId, request) ?? throughTheWide(tx, tenantId, request)
}

const headOf = ({ id, entry, fingerprint, now }: DoorRequest) => [
  id,
  entry.key,
  fingerprint,
  entry.type,
  entry.reference?.type ?? null,
  entry.reference?.id ?? null,
  entry.description,
  entry.metadata === undefined ? null : JSON.stringify(entry.metadata),
  now,
]
const headTypes = '$1::integer, $2::text, $3::text, $4::bytea, $5::text, $6::text, $7::text, $8::text, $9::jsonb, $10::timestamptz'

/** One move between two accounts, at least one of them a user's, with nothing else about it. */
function throughTheNarrow(tx: Tx, tenantId: TenantId, request: DoorRequest): Promise<DoorAnswer> | undefined {
  const { id, entry, users, names, returns, targets } = request
  const [first, second] = users
  const [move, another] = entry.moves
  const unusual = another ?? returns ?? entry.unitCoins ?? entry.reverses ?? entry.prefer ?? entry.from
  if (unusual !== undefined && unusual !== null) return undefined
  if (move === undefined || users.length !== 2 || first === undefined || first === null) return undefined
  if (names.some((name) => name === 'held' || name === 'owed')) return undefined
  const coins = targets[0] === 1 ? move.coins : -move.coins
  const values = [tenantId, ...headOf(request), first, names[0], second, names[1], coins, entry.expiresAt ?? null]
  return tx
    .query<{ answer: string }>(
      `select ledger_transfer(${headTypes}, $11::text, $12::text, $13::text, $14::text, $15::bigint, $16::timestamptz) as answer`,
      values,
    )
    .then(([row]) => {
      const [outcome = '', detail = null] = row?.answer.split(' ') ?? []
      if (!isOutcome(outcome)) throw new Error('the door did not answer')
      return { outcome, transactionId: detail?.startsWith('txn') === true ? detail : id, missing: detail }
    })
}

async function throughTheWide(tx: Tx, tenantId: TenantId, request: DoorRequest): Promise<DoorAnswer> {
  const { id, entry, users, names, sources, targets, returns } = request
  // As one value and not as a table: a scan of a function costs more than the fields of its answer.
  const [row] = await tx.query<{ outcome: DoorOutcome; transaction_id: string | null; missing: string | null }>(
    `select (door.answer).outcome, (door.answer).transaction_id, (door.answer).missing from (
       select ledger_post(${headTypes}, $11::text[], $12::text[], $13::integer[], $14::integer[], $15::bigint[], $16::bigint, $17::text,
         $18::timestamptz, $19::text, $20::jsonb, $21::text) as answer offset 0) door`,
    [
      tenantId,
      ...headOf(request),
      users,
      names,
      sources,
      targets,
      entry.moves.map(({ coins }) => coins),
      entry.unitCoins ?? null,
      entry.reverses ?? null,
      entry.expiresAt ?? null,
      entry.prefer ?? null,
      returns === null ? null : JSON.stringify(returns),
      entry.from ?? null,
    ],
  )
  if (row === undefined) throw new Error('the door did not answer')
  return { outcome: row.outcome, transactionId: row.transaction_id ?? id, missing: row.missing }
}
