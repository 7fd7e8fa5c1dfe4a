import type { KycStanding } from '@impacthub/sdk'
import type { KycTexts } from '../../locales/en/kyc.ts'
import { fill } from '../../locales/format.ts'
import type { SlotView } from './picture-slot.ts'

export interface KycWords {
  readonly texts: KycTexts
  readonly language: string
}

type Words = Readonly<Record<string, string>>

export const dayText = (time: string, language: string): string =>
  new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', year: 'numeric' }).format(new Date(time))

/** Whose words differ from their names. */
const reasons: Words = { unreadable: 'unreadablePictures' }
const faults: Words = {
  image_too_small: 'too_small',
  image_too_large: 'too_large',
  payload_too_large: 'too_large',
  network_error: 'offline',
  pdf_password_required: 'locked',
  pdf_password_wrong: 'badPassword',
  document_unreadable: 'unreadable',
}

const textOf = (words: Words, name: string, fallback: string): string => (Object.hasOwn(words, name) && words[name]) || fallback

/** Why somebody was rejected, in words that they can act on. */
export const reasonText = (reason: string, texts: KycTexts): string => textOf(texts, reasons[reason] ?? reason, texts.other)

/** What to do about the standing. */
export function standingText({ status, expiresAt, canSubmit, retryAt }: KycStanding, { texts, language }: KycWords): string {
  if (status === 'pending') return texts.pendingHint
  if (status === 'verified') return expiresAt ? fill(texts.verifiedUntil, { date: dayText(expiresAt, language) }) : texts.verifiedHint
  if (canSubmit) return texts.tryAgain
  return retryAt ? fill(texts.later, { date: dayText(retryAt, language) }) : texts.closed
}

/** How a picture is doing. */
export function slotText({ phase, percent = 0, hint, fault = '' }: SlotView, { texts, language }: KycWords): string {
  if (phase === 'checking' || phase === 'waiting') return texts[phase]
  if (phase === 'sending') return fill(texts.sending, { n: percent }, language)
  if (phase === 'refused' || phase === 'locked') return textOf(texts, faults[fault] ?? fault, texts.unreadable)
  return hint ? texts[hint] : phase === 'sent' ? texts.sent : ''
}

/** Which field a refusal speaks of. */
export const fieldFault = (pointer: string, texts: KycTexts): string | undefined =>
  ({ '/number': texts.badNumber, '/name': texts.badName, '/dateOfBirth': texts.badBorn })[pointer]
