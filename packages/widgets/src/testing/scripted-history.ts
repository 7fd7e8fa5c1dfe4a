import type { Call, CallDispute, CallRating, CallReceipt, ConnectClient } from '@impacthub/sdk'
import { disputeOf, pastCalls, ratingOf, receiptFor } from './history-samples.ts'

type Calls = ConnectClient['calls']
type Wish<Name extends keyof Calls> = Parameters<Calls[Name]>[0]

/** What the scripted platform answers about calls that are over. */
export interface HistoryScript {
  readonly history?: readonly Call[]
  /** Awaited before each answer about the list; a refusal refuses it. */
  readonly beforeHistory?: () => Promise<void>
  readonly missed?: { readonly unseen: number; readonly seenAt: string | null }
  readonly seeMissed?: () => Promise<void>
  /** What is said in place of the receipt that follows from the call. */
  readonly receipt?: (callId: string) => Promise<Partial<CallReceipt>>
  readonly ratings?: readonly CallRating[]
  readonly rate?: (wish: Wish<'rate'>) => Promise<CallRating>
  readonly dispute?: (wish: Wish<'dispute'>) => Promise<CallDispute>
}

/** The methods of `calls` that are about calls which are over. */
export function historyOf(script: HistoryScript & { readonly calls?: readonly Call[] }, me: string) {
  const rows = () => script.history ?? pastCalls
  let { unseen, seenAt } = script.missed ?? { unseen: 0, seenAt: null }
  const find = (callId: string) => [...rows(), ...(script.calls ?? [])].find(({ id }) => id === callId)
  return {
    list: async ({ limit = 20, cursor = '0', active }: NonNullable<Wish<'list'>> = {}) => {
      if (active) return { data: [...(script.calls ?? [])], nextCursor: null }
      await script.beforeHistory?.()
      const end = Number(cursor) + limit
      return { data: rows().slice(Number(cursor), end), nextCursor: end < rows().length ? String(end) : null }
    },
    missed: () => Promise.resolve({ unseen, seenAt }),
    seeMissed: async () => {
      await script.seeMissed?.()
      unseen = 0
      seenAt = new Date().toISOString()
      return { unseen, seenAt }
    },
    receipt: async ({ callId }: Wish<'receipt'>) => {
      const call = find(callId)
      const told = await script.receipt?.(callId)
      if (!call) throw new Error(`no call ${callId}`)
      return receiptFor(call, me, told)
    },
    ratings: () => Promise.resolve({ data: [...(script.ratings ?? [])] }),
    rate: script.rate ?? (({ score, reasons = [] }: Wish<'rate'>) => Promise.resolve(ratingOf(score, [...reasons]))),
    dispute: script.dispute ?? (({ callId, reason, comment }: Wish<'dispute'>) => Promise.resolve(disputeOf(callId, reason, comment))),
  } satisfies Partial<Calls>
}
