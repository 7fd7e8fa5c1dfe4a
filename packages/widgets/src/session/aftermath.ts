import type { CallDispute, CallRating, CallReceipt } from '@impacthub/sdk'
import type { ConnectEvents } from '../base/events.ts'
import type { Ask } from './ask-through.ts'
import { faultOf } from './fault.ts'
import type { ConnectStore } from './connect-store.ts'

type Task = 'read' | 'rate' | 'dispute'

/** What is known of a call that is over: its receipt, the own rating, what was reported about it. */
export interface Aftermath {
  readonly receipt?: CallReceipt | undefined
  /** Null: not rated yet. Undefined: not known. */
  readonly rating?: CallRating | null | undefined
  /** Reported here. */
  readonly dispute?: CallDispute | undefined
  /** A report about it was open, and is not any more. */
  readonly decided?: boolean | undefined
  /** What the platform has been asked and has not answered yet. */
  readonly busy?: readonly Task[] | undefined
  /** What could not be done last, in plain words. */
  readonly failed?: { readonly what: Task; readonly message: string } | undefined
}

export type CallReports = ReadonlyMap<string, Aftermath>

const of = (store: ConnectStore, callId: string): Aftermath => store.state.aftermath?.get(callId) ?? {}

function change(store: ConnectStore, callId: string, news: Aftermath): void {
  const aftermath = new Map(store.state.aftermath)
  store.set({ aftermath: aftermath.set(callId, { ...of(store, callId), ...news }) })
}

/** Asks for each thing once; a second press before the answer does nothing. */
async function attempt(store: ConnectStore, callId: string, what: Task, work: () => Promise<Aftermath>): Promise<void> {
  const busy = () => of(store, callId).busy ?? []
  if (busy().includes(what)) return
  change(store, callId, { busy: [...busy(), what], failed: undefined })
  const without = () => ({ busy: busy().filter((task) => task !== what) })
  try {
    const news = await work()
    change(store, callId, { ...news, ...without() })
  } catch (error) {
    change(store, callId, { ...without(), failed: { what, message: faultOf(store, error).message } })
  }
}

/** Reads receipt and own rating. A call that nobody answered has nothing to rate. */
export async function openReceipt(store: ConnectStore, { callId }: { readonly callId: string }): Promise<void> {
  await attempt(store, callId, 'read', async () => {
    const { calls } = store.client
    const [receipt, { data }] = await Promise.all([calls.receipt({ callId }), calls.ratings({ callId })])
    return { receipt, rating: newerRating(of(store, callId).rating, data[0]) }
  })
}

/** An answer may be older than a rating that was sent meanwhile. */
const newerRating = (known: Aftermath['rating'], read: CallRating | undefined): CallRating | null =>
  known && (!read || known.updatedAt > read.updatedAt) ? known : (read ?? null)

/** Somebody has decided what was reported. */
export const noteDecision = (store: ConnectStore, callId: string) => change(store, callId, { decided: true })

/** The receipt of a call that has changed, where it has been opened. */
export async function refreshOpened(store: ConnectStore, callId: string): Promise<void> {
  if (!of(store, callId).receipt) return
  try {
    change(store, callId, { receipt: await store.client.calls.receipt({ callId }) })
  } catch {
    // The one that was read stays.
  }
}

// Lines and tabs of a text box; marks that turn the direction of text. The platform takes neither.
const oneLine = (text: string) =>
  text
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim()

/** Rates a call; again replaces the own rating, so a repeat does no harm. */
export async function rateCall(store: ConnectStore, wish: ConnectEvents['ihc-call-rate-request']): Promise<void> {
  const { callId, score, reasons } = wish
  const comment = oneLine(wish.comment ?? '')
  await attempt(store, callId, 'rate', async () => ({
    rating: await store.client.calls.rate({ callId, score, reasons: [...reasons], ...(comment && { comment }) }),
  }))
}

/** Reports a problem. The platform takes one report of a call and refuses the next, so a repeat does no harm. */
export async function disputeCall(store: ConnectStore, wish: ConnectEvents['ihc-call-dispute-request']): Promise<void> {
  const { callId, reason } = wish
  const comment = oneLine(wish.comment ?? '')
  await attempt(store, callId, 'dispute', async () => ({
    dispute: await store.client.calls.dispute({ callId, reason, ...(comment && { comment }) }),
  }))
}

export const aftermathActs = {
  'ihc-receipt-request': openReceipt,
  'ihc-call-rate-request': rateCall,
  'ihc-call-dispute-request': disputeCall,
}

/** Asks about a call that is over. */
export type AskAfter = Ask<keyof typeof aftermathActs>
