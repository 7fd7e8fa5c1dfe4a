import * as z from 'zod'
import { VaultError, type Vault } from '../../base/vault.ts'
import type { TenantId } from '../../base/tenant.ts'
import type { Tx } from '../../db/connect.ts'
import { readSecrets } from './payee-store.ts'
import type { PayeeAccount } from './withdrawal-row.ts'

/** Accounts and names of payees, sealed at their place. */

const account = z.discriminatedUnion('type', [
  z.object({ type: z.literal('upi'), vpa: z.string() }),
  z.object({ type: z.literal('bank'), ifsc: z.string(), accountNumber: z.string(), name: z.string() }),
])

const placeOf = (tenantId: TenantId, payeeId: string, what: 'account' | 'name') => ['payee', String(tenantId), payeeId, what]

export const sealAccount = (vault: Vault, tenantId: TenantId, payeeId: string, whose: PayeeAccount) =>
  vault.seal(Buffer.from(JSON.stringify(whose)), placeOf(tenantId, payeeId, 'account'))

export const sealName = (vault: Vault, tenantId: TenantId, payeeId: string, name: string) =>
  vault.seal(Buffer.from(name), placeOf(tenantId, payeeId, 'name'))

/** By which the same account is known again; the holder's name is not part of it, since it may be spelled in many ways. */
export const fingerprintOf = (vault: Vault, tenantId: TenantId, whose: PayeeAccount): Buffer =>
  vault.fingerprint(tenantId, 'payee', whose.type === 'upi' ? `upi:${whose.vpa}` : `bank:${whose.ifsc}:${whose.accountNumber}`)

/** What may be shown of it: enough for its owner to know it again. Many UPI ids are phone numbers. */
export function displayOf(whose: PayeeAccount): string {
  if (whose.type === 'bank') return `${whose.ifsc.slice(0, 4)} ••${whose.accountNumber.slice(-4)}`
  const [name = '', bank = ''] = whose.vpa.split('@')
  return `${name.slice(0, 2)}…@${bank}`
}

export interface OpenedPayee {
  readonly account: PayeeAccount
  readonly registeredName: string | null
}

/** Undefined: it has been destroyed. */
export async function openPayee(vault: Vault, tx: Tx, tenantId: TenantId, payeeId: string): Promise<OpenedPayee | undefined> {
  const { account: sealed, registeredName } = await readSecrets(tx, tenantId, payeeId)
  if (sealed === undefined) return undefined
  const text = vault.open(sealed, placeOf(tenantId, payeeId, 'account')).toString('utf8')
  const read = account.safeParse(JSON.parse(text))
  if (!read.success) throw new VaultError('a payee’s account cannot be read')
  const name = registeredName && vault.open(registeredName, placeOf(tenantId, payeeId, 'name')).toString('utf8')
  return { account: read.data, registeredName: name ?? null }
}
