/** Kept per tab, over a reload: which call's sound it carried, and for whom (two people may share a page in a demo). */
const keyOf = (callId: string, me: string | undefined) => `ihc-call:${callId}:${me}`

/** A page may be forbidden to keep anything. Then the call is taken back by a press. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

export const remember = (callId: string, me: string | undefined) => attempt(() => sessionStorage.setItem(keyOf(callId, me), '1'))
export const forget = (callId: string, me: string | undefined) => attempt(() => sessionStorage.removeItem(keyOf(callId, me)))
export const wasHere = (callId: string, me: string | undefined) => attempt(() => sessionStorage.getItem(keyOf(callId, me))) === '1'
