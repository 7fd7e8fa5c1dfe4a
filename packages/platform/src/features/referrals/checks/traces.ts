import type { TenantId } from '../../../base/tenant.ts'
import type { Vault } from '../../../base/vault.ts'
import type { Tx } from '../../../db/connect.ts'
import { addressKeys } from './address.ts'
import { mailKeys } from './mail.ts'
import { insertTraces, lockKeys } from './trace-store.ts'

/** What traces are made with. */
export interface TraceDeps {
  readonly vault: Pick<Vault, 'fingerprint'>
}

/** What a user brings by which they may be known again. What is left out, or null, leaves no trace. */
export interface Brought {
  /** The user's addresses of mail, as typed. */
  readonly emails?: readonly (string | null | undefined)[] | undefined
  /** E.164. */
  readonly phone?: string | null | undefined
  readonly ip?: string | null | undefined
  readonly deviceId?: string | null | undefined
  /** The fingerprint by which the account is known that they are paid out to. */
  readonly payee?: Buffer | undefined
  /** The fingerprint of the identity number that verified them. */
  readonly identity?: Buffer | undefined
}

/** A kind of trace. */
export type TraceKind =
  'email' | 'email_collapsed' | 'email_stem' | 'device' | 'phone' | 'phone_block' | 'address' | 'range' | 'payee' | 'identity'

/** A keyed hash of something that a user brought. */
export interface Trace {
  readonly kind: TraceKind
  readonly key: Buffer
}

/** Numbers that are handed out in one piece differ in their last digits. */
const blockOf = (phone: string): string => phone.slice(0, -2)

/** The edition of these rules; users with traces of an earlier one are gone through again. */
export const tracesEdition = 1

/** Traces of what was brought; the things themselves are nowhere in them. */
export function tracesOf(
  { vault }: TraceDeps,
  tenantId: TenantId,
  { emails = [], phone, ip, deviceId, payee, identity }: Brought,
): Trace[] {
  const trace = (kind: TraceKind, value: string | Buffer | null | undefined): Trace[] =>
    value === null || value === undefined || value.length === 0 ? [] : [{ kind, key: vault.fingerprint(tenantId, `trace:${kind}`, value) }]
  const where = ip ? addressKeys(ip) : undefined
  return [
    ...emails.flatMap((email) => {
      const keys = email ? mailKeys(email) : undefined
      return [...trace('email', keys?.key), ...trace('email_collapsed', keys?.collapsed), ...trace('email_stem', keys?.stem)]
    }),
    ...trace('phone', phone),
    ...trace('phone_block', phone && blockOf(phone)),
    ...trace('device', deviceId?.trim()),
    ...trace('address', where?.address),
    ...trace('range', where?.range),
    ...trace('payee', payee),
    ...trace('identity', identity),
  ]
}

/** Of what only one person should have, and what two sign-ups may bring at once. */
const scarce: ReadonlySet<TraceKind> = new Set<TraceKind>(['email', 'device', 'phone', 'payee', 'identity'])

/**
 * Until the transaction ends nobody else is judged who has, or brings, one of the scarce things that this user has or brings: of two sign-ups
 * with one device the second finds the first. Taken before rows of users are locked; all in one order, so that no two wait for each other.
 */
export const lockTraces = (tx: Tx, tenantId: TenantId, userId: string, brought: readonly Trace[]): Promise<void> =>
  lockKeys(
    tx,
    tenantId,
    userId,
    [...scarce],
    brought.filter(({ kind }) => scarce.has(kind)).map(({ key }) => key),
  )

/**
 * Keeps traces of what the user brought. In the transaction of what brought it: if the process dies before it is committed, nothing was
 * brought; the same again only renews the time.
 */
export const leaveTraces = (deps: TraceDeps, tx: Tx, tenantId: TenantId, userId: string, brought: Brought, now: Date): void =>
  insertTraces(tx, tenantId, userId, tracesOf(deps, tenantId, brought), now)
