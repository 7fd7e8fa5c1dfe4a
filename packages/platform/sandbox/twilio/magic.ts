/** What the phone behind a number does when it is called. */
export type Behaviour =
  | { readonly does: 'answer'; readonly hangUpAfterMs?: number }
  | { readonly does: 'busy' }
  | { readonly does: 'ring-out' }
  | { readonly does: 'fail' }
  | { readonly does: 'invalid' }

/** The last four digits decide; the same table holds for every telephony sandbox. */
export function behaviourOf(number: string): Behaviour {
  const last = number.slice(-4)
  if (last === '0001') return { does: 'busy' }
  if (last === '0002') return { does: 'ring-out' }
  if (last === '0003') return { does: 'fail' }
  if (last === '0004') return { does: 'invalid' }
  return /^1\d{3}$/.test(last) ? { does: 'answer', hangUpAfterMs: (Number(last) - 1000) * 1000 } : { does: 'answer' }
}
