/** What went wrong, and what to do, in plain English. Keys are problem codes. */
export const problemsEn = {
  insufficient_balance: 'Not enough coins. Top up and call again.',
  callee_busy: 'They are in another call. Try again soon.',
  caller_busy: 'You are already in a call.',
  callee_offline: 'They are not available now.',
  callee_blocked: 'You cannot call this person.',
  phone_missing: 'A phone number is missing.',
  conflict: 'That is not possible any more.',
  rate_limited: 'Too many tries. Wait a little.',
  unauthenticated: 'Please sign in again.',
  microphone_refused: 'The microphone is blocked here. Allow it in the site settings beside the address, then try again.',
  no_microphone: 'No microphone was found. Connect one, then try again.',
  microphone_busy: 'Another app is using the microphone. Close it, then try again.',
  insecure_page: 'Calls need a secure page. Open it again with https:// in front.',
  not_supported: 'This browser cannot carry calls. Use a recent Chrome, Edge, Firefox or Safari.',
  autoplay_blocked: 'Your browser holds the sound back until you tap.',
  media_failed: 'The sound could not be connected. Try again.',
  network_error: 'No connection. Try again.',
  other: 'That did not work. Try again.',
}

export type ProblemTexts = Readonly<typeof problemsEn>

/** The words for a problem code. */
export function problemText(code: string, texts: ProblemTexts = problemsEn): string {
  const known: Readonly<Record<string, string>> = texts
  const name = code === 'timeout' ? 'network_error' : code
  return (Object.hasOwn(known, name) && known[name]) || texts.other
}
