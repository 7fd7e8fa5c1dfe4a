import { keptAs } from './topup-view.ts'

/** What the provider's checkout gave the page for a payment. */
export interface TopupProof {
  readonly paymentId: string
  readonly orderId: string
  readonly signature: string
}

/** A top-up that this tab has begun. */
export interface BegunTopup {
  /** Of the request that makes it: sent again, it gives the same one. */
  readonly key: string
  readonly packId: string
  /** Once the platform has answered. */
  readonly topupId?: string | undefined
  /** A payment that the platform may not have heard of yet. */
  readonly proof?: TopupProof | undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)

function proofOf(value: unknown): TopupProof | undefined {
  if (!isRecord(value)) return undefined
  const [paymentId, orderId, signature] = [text(value['paymentId']), text(value['orderId']), text(value['signature'])]
  return paymentId && orderId && signature ? { paymentId, orderId, signature } : undefined
}

/** A page may be forbidden to keep anything. Then a reload forgets, and the platform still credits what was paid. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

export function recall(me: string): BegunTopup | undefined {
  const kept = attempt((): unknown => JSON.parse(sessionStorage.getItem(keptAs + me) ?? 'null'))
  if (!isRecord(kept)) return undefined
  const [key, packId] = [text(kept['key']), text(kept['packId'])]
  return key && packId ? { key, packId, topupId: text(kept['topupId']), proof: proofOf(kept['proof']) } : undefined
}

export const keep = (me: string, begun: BegunTopup) => attempt(() => sessionStorage.setItem(keptAs + me, JSON.stringify(begun)))
export const forget = (me: string) => attempt(() => sessionStorage.removeItem(keptAs + me))
