import type { CallButtonTexts } from './en/call-button.ts'
import type { CallHistoryTexts } from './en/call-history.ts'
import type { CallPanelTexts } from './en/call-panel.ts'
import type { CallRatingTexts } from './en/call-rating.ts'
import type { FriendCodeTexts } from './en/friend-code.ts'
import type { KycTexts } from './en/kyc.ts'
import type { PresenceTexts } from './en/presence.ts'
import type { ProblemTexts } from './en/problems.ts'
import type { ReferralTexts } from './en/referral.ts'
import type { TopupTexts } from './en/topup.ts'
import type { WaitingTexts } from './en/waiting.ts'
import type { WalletTexts } from './en/wallet.ts'
import type { WithdrawTexts } from './en/withdraw.ts'

/** All texts of one language. English is built into each element; a catalogue stands in for it. */
export interface Catalogue {
  /** BCP 47 tag for numbers, dates and `lang`. */
  readonly language: string
  readonly direction?: 'ltr' | 'rtl'
  readonly callButton?: CallButtonTexts
  readonly callHistory?: CallHistoryTexts
  readonly callPanel?: CallPanelTexts
  readonly callRating?: CallRatingTexts
  readonly friendCode?: FriendCodeTexts
  readonly kyc?: KycTexts
  readonly presence?: PresenceTexts
  readonly problems?: ProblemTexts
  readonly referral?: ReferralTexts
  readonly topup?: TopupTexts
  readonly waiting?: WaitingTexts
  readonly wallet?: WalletTexts
  readonly withdraw?: WithdrawTexts
}

/** A language more is a file and a line: each is a chunk of its own, loaded when a session speaks it. */
export const catalogues = new Map<string, () => Promise<{ readonly catalogue: Catalogue }>>([
  ['hi', () => import('./hi.ts')],
  ['bn', () => import('./bn.ts')],
  ['te', () => import('./te.ts')],
  ['mr', () => import('./mr.ts')],
  ['ta', () => import('./ta.ts')],
  ['gu', () => import('./gu.ts')],
  ['kn', () => import('./kn.ts')],
  ['ml', () => import('./ml.ts')],
  ['pa', () => import('./pa.ts')],
  ['ur', () => import('./ur.ts')],
])

/** Money apps write Latin digits in every script, and they are what is typed and ticks here. */
function withLatinDigits(tag: string): string {
  const { baseName, language } = new Intl.Locale(tag)
  const { numberingSystem } = new Intl.NumberFormat(baseName).resolvedOptions()
  return numberingSystem === 'latn' ? baseName : `${language}-u-nu-latn`
}

/** Names, codes and prices in a text that runs from right to left keep their own order, and leave what is around them alone. */
const isolating = (catalogue: Catalogue): Catalogue =>
  JSON.parse(JSON.stringify(catalogue).replace(/\{\w+\}/g, '\u2068$&\u2069')) as Catalogue

/** The catalogue of a language tag; undefined when the language is not there and English must do. */
export async function loadCatalogue(tag: string): Promise<Catalogue | undefined> {
  const [language = ''] = tag.toLowerCase().split('-')
  if (language === 'en') return { language: tag }
  const found = await catalogues.get(language)?.()
  if (!found) return undefined
  const { catalogue } = found
  return { ...(catalogue.direction === 'rtl' ? isolating(catalogue) : catalogue), language: withLatinDigits(tag) }
}
