import type { Call } from '@impacthub/sdk'
import type { CallPanelTexts } from '../../locales/en/call-panel.ts'
import { durationText } from '../../locales/duration.ts'
import { fill } from '../../locales/format.ts'
import { isLive } from '../../session/call-progress.ts'

/** The call from where this user stands. */
export interface Side {
  /** Whether this user placed the call, and pays for it. */
  readonly mine: boolean
  /** Name of the other one. */
  readonly name: string
}

/** All that the words and figures of a call are made of. */
export interface CallView {
  readonly call: Call
  readonly side: Side
  readonly texts: CallPanelTexts
  readonly language: string | undefined
  readonly elapsed: number
  /** Unknown before the first meter. */
  readonly left: number | undefined
  readonly coins: number
}

export const sideOf = ({ callerId, callerName, calleeName }: Call, me: string | undefined): Side =>
  callerId === me ? { mine: true, name: calleeName } : { mine: false, name: callerName }

/** First character of a name, for the picture; whole, whatever script it is in. */
export function initialOf(name: string): string {
  const [first] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(name.trim())
  return first?.segment.toLocaleUpperCase() ?? '?'
}

const reasons: Partial<Record<NonNullable<Call['endReason']>, keyof CallPanelTexts>> = {
  balance_exhausted: 'outOfCoins',
  max_duration: 'tooLong',
  provider_error: 'providerError',
}

/** How the call stands, in one line. */
export function headlineOf(call: Call, { mine, name }: Side, texts: CallPanelTexts): string {
  const { status, endReason } = call
  if (isLive(call)) {
    const waiting = !mine && status !== 'in_progress'
    return fill(waiting ? texts.incoming : texts[status], { name: name || texts.someone })
  }
  const reason = endReason && reasons[endReason]
  const hungUp = endReason === 'caller_hangup' || endReason === 'callee_hangup'
  const who = hungUp && ((endReason === 'caller_hangup') === mine ? texts.byYou : texts.byThem)
  const why = reason ? texts[reason] : status === 'completed' && who ? fill(who, { name: name || texts.someone }) : ''
  return why ? `${texts[status]}. ${why}` : texts[status]
}

/** What a screen reader is told when the call moves on; never the running timer. */
export function announcementOf({ call, side, texts, language }: CallView): string {
  const line = headlineOf(call, side, texts)
  if (!call.settled || !call.answeredAt) return line
  const n = side.mine ? call.chargedCoins : call.earnedCoins
  const done = fill(
    side.mine ? texts.summary : texts.summaryEarned,
    { n, duration: durationText(call.durationSeconds, language) },
    language,
  )
  return `${line}. ${done}`
}

const warnings = [15, 60]

/** The warning that the time left calls for. Its text changes at 60 and at 15 seconds only, so that it is read out twice and not each second. */
export function warningOf({ call, side, texts, language, left }: CallView, maxCallSeconds: number | undefined): string {
  const n = left === undefined ? undefined : warnings.find((limit) => left <= limit)
  if (n === undefined) return ''
  const canTopUp = side.mine && !(maxCallSeconds && call.limitSeconds >= maxCallSeconds)
  return fill(canTopUp ? texts.topUp : texts.endsSoon, { n }, language)
}
