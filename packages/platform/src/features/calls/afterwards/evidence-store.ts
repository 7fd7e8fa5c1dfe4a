import type { TenantId } from '../../../base/tenant.ts'
import type { Tx } from '../../../db/connect.ts'
import type { ProviderCall } from '../../../providers/telephony/port.ts'
import { withoutPhones } from './without-phones.ts'

/** Keeps what a provider told of a call, for whoever must judge it later. The latest account counts. */
export async function keepAccount(tx: Tx, tenantId: TenantId, callId: string, account: ProviderCall): Promise<void> {
  tx.write('update calls set provider_account = $3 where tenant_id = $1 and id = $2', [tenantId, callId, JSON.stringify(account)])
}

export type Evidence = Readonly<Record<string, unknown>>

const mostMessages = 500

interface GatheredRow {
  readonly call: Record<string, unknown>
  readonly messages: unknown[] | null
  readonly ledger: unknown[] | null
  /** Of a browser call: when each side’s sound was proved. */
  readonly proofs: unknown[] | null
}

/** All that is known of a call at this moment, without phone numbers and without the secret of its URLs. */
export async function gatherEvidence(tx: Tx, tenantId: TenantId, callId: string): Promise<Evidence> {
  const [row] = await tx.query<GatheredRow>(
    `select
       to_jsonb(c) - array['tenant_id', 'caller_phone', 'callee_phone', 'number', 'callback_token'] as call,
       (select jsonb_agg(jsonb_build_object('deliveryId', m.delivery_id, 'provider', m.provider, 'payload', m.payload,
           'receivedAt', m.received_at, 'appliedAt', m.applied_at) order by m.received_at, m.delivery_id)
         from (select * from inbox i where i.tenant_id = c.tenant_id and i.call_id = c.id order by i.received_at, i.delivery_id
           limit ${mostMessages}) m) as messages,
       (select jsonb_agg(jsonb_build_object('id', t.id, 'type', t.type, 'metadata', t.metadata, 'createdAt', t.created_at) order by t.id)
         from ledger_keys k join ledger_transactions t on t.tenant_id = k.tenant_id and t.id = k.transaction_id
         where k.tenant_id = c.tenant_id and (k.key in ('call-held:' || c.id, 'call-settled:' || c.id)
           or k.key > 'call-held:' || c.id || ':' and k.key < 'call-held:' || c.id || ':~')) as ledger,
       (select jsonb_agg(jsonb_build_object('side', s.side, 'heardAt', to_timestamp(s.heard_at / 1000.0),
           'connected', (select jsonb_agg(jsonb_build_object('from', to_timestamp(lower(r) / 1000.0), 'to', to_timestamp(upper(r) / 1000.0)))
             from unnest(s.connected) r)) order by s.side desc)
         from browser_sides s where s.tenant_id = c.tenant_id and s.call_id = c.id) as proofs
     from calls c where c.tenant_id = $1 and c.id = $2`,
    [tenantId, callId],
  )
  if (row === undefined) throw new Error(`${callId} is gone`)
  const { provider_account: providerAccount, routing, ...call } = row.call
  return withoutPhones({ call, routing, providerAccount, messages: row.messages ?? [], proofs: row.proofs ?? [], ledger: row.ledger ?? [] })
}
