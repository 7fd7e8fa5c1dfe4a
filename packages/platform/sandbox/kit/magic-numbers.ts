/** What the phone behind a number does when it is called. */
export type Behaviour =
  | { readonly does: 'answer'; readonly hangUpAfterMs?: number }
  | { readonly does: 'busy' }
  | { readonly does: 'ring-out' }
  | { readonly does: 'fail' }
  | { readonly does: 'invalid' }

const special: Readonly<Record<string, Behaviour>> = {
  '0001': { does: 'busy' },
  '0002': { does: 'ring-out' },
  '0003': { does: 'fail' },
  '0004': { does: 'invalid' },
}

/** The last four digits decide; the same table holds for every telephony sandbox. */
export function behaviourOf(number: string): Behaviour {
  const last = number.slice(-4)
  const known = special[last]
  if (known) return known
  return /^1\d{3}$/.test(last) ? { does: 'answer', hangUpAfterMs: (Number(last) - 1000) * 1000 } : { does: 'answer' }
}
