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
  const advice = {
    not_started: '',
    pending: texts.pendingHint,
    verified: day ? texts.verifiedUntil : texts.verifiedHint,
    rejected: canSubmit ? texts.tryAgain : day ? texts.later : texts.other,
  }
  const date = day ? new Date(day).toLocaleDateString(language, { dateStyle: 'long' }) : ''
  return fill(advice[status], { date, n: attemptsLeft }, language)
}

/** How a picture is doing. */
export const slotText = ({ phase, word, percent = 0 }: SlotView, { texts, language }: KycWords): string =>
  fill(wordsOf(texts, word ?? phase, word ? texts.document_unreadable : ''), { n: percent }, language)
