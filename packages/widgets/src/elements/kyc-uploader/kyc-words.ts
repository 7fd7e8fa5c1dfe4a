import type { KycStanding } from '@impacthub/sdk'
import type { KycTexts } from '../../locales/en/kyc.ts'
import { fill } from '../../locales/format.ts'
import type { SlotView } from './picture-slot.ts'

export interface KycWords {
  readonly texts: KycTexts
  readonly language: string
}

/** The words for a code of the platform: why somebody was rejected, what is wrong with a picture. */
export const wordsOf = (texts: Readonly<Record<string, string>>, code: string, fallback: string): string =>
  (Object.hasOwn(texts, code) && texts[code]) || fallback

/** What to do about the standing. */
export function adviceText({ status, expiresAt, canSubmit, retryAt, attemptsLeft }: KycStanding, { texts, language }: KycWords): string {
  const day = status === 'verified' ? expiresAt : retryAt
  const ofRejected = canSubmit ? 'tryAgain' : day ? 'later' : 'other'
  const advice = status === 'pending' ? 'pendingHint' : status === 'rejected' ? ofRejected : day ? 'verifiedUntil' : 'verifiedHint'
  const dayIn = (tag: string) => (day ? new Date(day).toLocaleDateString(tag, { dateStyle: 'long' }) : '')
  // As in moment.ts, which says shorter dates: some browsers number the months of a language that they know by name only.
  const date = dayIn(/M\d/.test(dayIn(language)) ? 'en-IN' : language)
  return fill(texts[advice], { date, n: attemptsLeft }, language)
}

/** How a picture is doing. */
export const slotText = ({ phase, word, percent = 0 }: SlotView, { texts, language }: KycWords): string =>
  fill(wordsOf(texts, word ?? phase, word ? texts.document_unreadable : ''), { n: percent }, language)
