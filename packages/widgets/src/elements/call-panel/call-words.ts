import type { Call } from '@impacthub/sdk'
import type { CallPanelTexts } from '../../locales/en/call-panel.ts'
import { durationText } from '../../locales/duration.ts'
import { fill } from '../../locales/format.ts'
import { isolated } from '../../locales/isolated.ts'
import { isLive } from '../../session/call-progress.ts'
import type { Phase, Sound } from './call-sound.ts'

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
  /** Of a running call in the browser. */
  readonly sound?: Sound | undefined
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

const phases: Record<Exclude<Phase, 'ringing'>, keyof CallPanelTexts> = {
  incoming: 'browserIncoming',
  join: 'ready',
  elsewhere: 'elsewhere',
  connecting: 'connecting',
  talking: 'in_progress',
  interrupted: 'interrupted',
}

/** Two sentences, the first closed by what closes the second: a full stop, a danda, whatever the language has. */
function followedBy(first: string, second: string): string {
  const stop = second.at(-1) ?? ''
  return `${first}${first.endsWith(stop) ? '' : stop} ${second}`
}

/** How the call stands, in one line. */
export function headlineOf(view: CallView): string {
  const { call, side, texts } = view
  const told = (key: keyof CallPanelTexts) => fill(texts[key], { name: isolated(side.name || texts.someone) })
  const { status } = call
  if (isLive(call)) return told(liveLine(view))
  const why = reasonOf(view.call, side.mine)
  return why ? followedBy(texts[status], told(why)) : texts[status]
}

function liveLine({ call: { status }, side, sound }: CallView): keyof CallPanelTexts {
  if (sound?.phase === 'ringing') return status === 'ringing' ? 'browserRinging' : 'browserInitiated'
  if (sound) return phases[sound.phase]
  return side.mine || status === 'in_progress' ? status : 'incoming'
}

/** Why a call is over; nothing where its status says it all. */
function reasonOf({ channel, endReason, hangupCauses, status }: Call, mine: boolean): keyof CallPanelTexts | undefined {
  if (!endReason) return undefined
  if (endReason === 'provider_error' && channel === 'browser') return 'noSound'
  const known = reasons[endReason]
  if (known || status !== 'completed') return known
  if (endReason !== 'caller_hangup' && endReason !== 'callee_hangup') return undefined
  const byCaller = endReason === 'caller_hangup'
  const wasLost = hangupCauses[byCaller ? 'caller' : 'callee'] === 'lost'
  if (byCaller === mine) return wasLost ? 'lostByYou' : 'byYou'
  return wasLost ? 'lostByThem' : 'byThem'
}

/** What a screen reader is told when the call moves on; never the running timer. */
export function announcementOf(view: CallView): string {
  const { call, side, texts, language } = view
  const line = headlineOf(view)
  if (!call.settled || !call.answeredAt) return line
  const n = side.mine ? call.chargedCoins : call.earnedCoins
  const done = fill(
    side.mine ? texts.summary : texts.summaryEarned,
    { n, duration: durationText(call.durationSeconds, language) },
    language,
  )
  return followedBy(line, done)
}

const warnings = [15, 60]

/** The warning that the time left calls for. Its text changes at 60 and at 15 seconds only, so that it is read out twice and not each second. */
export function warningOf({ call, side, texts, language, left }: CallView, maxCallSeconds: number | undefined): string {
  const n = left === undefined ? undefined : warnings.find((limit) => left <= limit)
  if (n === undefined) return ''
  const canTopUp = side.mine && !(maxCallSeconds && call.limitSeconds >= maxCallSeconds)
  return fill(canTopUp ? texts.topUp : texts.endsSoon, { n }, language)
}
