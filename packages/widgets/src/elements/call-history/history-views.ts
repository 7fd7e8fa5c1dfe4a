import type { Call } from '@impacthub/sdk'
import { html, nothing, type TemplateResult } from 'lit'
import { signedCoins } from '../../locales/coins.ts'
import { fill } from '../../locales/format.ts'
import { momentText } from '../../locales/moment.ts'
import { isLive } from '../../session/call-progress.ts'
import type { HistoryView } from '../../session/history-feed.ts'
import { handset } from '../../theme/icons.ts'
import { directionIcon } from './direction.ts'
import { coinsOf, otherOf, outcomeOf, type HistoryWords } from './history-words.ts'

/** What can be done with a row. */
export interface RowActs {
  readonly open: boolean
  /** A call was asked for and is not there yet, or one is going on. */
  readonly calling: boolean
  readonly fault: string | undefined
  readonly details: () => TemplateResult | typeof nothing
  readonly toggle: () => void
  readonly call: () => void
}

const isMissed = (call: Call, me: string) => call.missed && call.callerId !== me

/** Whether a missed call came after the last look at the list. */
export const isNew = (call: Call, { newSince, me = '' }: HistoryView): boolean =>
  isMissed(call, me) && newSince !== undefined && (newSince === null || Date.parse(call.endedAt ?? '') > Date.parse(newSince))

const besides = (call: Call, { texts, language }: HistoryWords): string[] => [
  ...(call.disputed ? [texts.disputed] : []),
  ...(!call.settled && !isLive(call) ? [texts.settling] : []),
  ...(call.refundedCoins > 0 ? [fill(texts.refunded, { n: call.refundedCoins }, language)] : []),
]

function coinsView(call: Call, { me, texts, language }: HistoryWords) {
  const coins = coinsOf(call, me)
  if (coins === undefined) return nothing
  return html`<span part="coins" class="digits ${coins > 0 ? 'in' : ''}"
    ><bdi aria-hidden="true">${signedCoins(coins, language)}</bdi
    ><span class="hidden">${fill(texts.coins, { n: coins }, language)}</span></span
  >`
}

/** One call: a button that opens its receipt, and one that calls the other back. */
export function rowView(call: Call, fresh: boolean, words: HistoryWords, acts: RowActs): TemplateResult {
  const { texts, language, me } = words
  const { mine, name } = otherOf(call, me)
  const missed = isMissed(call, me)
  const who = name || texts.someone
  return html`<li part="call" class=${acts.open ? 'open' : ''}>
    <div class="row">
      <button
        part="row"
        class="plain toggle"
        aria-expanded=${acts.open ? 'true' : 'false'}
        aria-controls="receipt-${call.id}"
        @click=${acts.toggle}
      >
        <span class="icon ${missed ? 'missed' : ''}">${directionIcon(mine ? 'out' : 'in')}</span>
        <span class="what">
          <span class="first"
            ><span part="name" class="name"><bdi>${who}</bdi></span> ${coinsView(call, words)}</span
          >
          <span part="outcome" class="muted ${missed ? 'missed' : ''}"
            >${outcomeOf(call, words).join(' · ')} ${fresh ? html`<span part="new" class="new">${texts.fresh}</span>` : nothing}</span
          >
          <span class="muted"
            ><time datetime=${call.createdAt}>${momentText(call.createdAt, language)}</time
            >${besides(call, words).map((text) => ` · ${text}`)}</span
          >
        </span>
      </button>
      <button
        part="call-back"
        class="plain round"
        aria-label=${fill(texts.call, { name: who })}
        aria-disabled=${acts.calling ? 'true' : 'false'}
        @click=${acts.call}
      >
        ${handset}
      </button>
    </div>
    <p part="fault" role="status" class=${acts.fault ? 'fault' : 'none'}>${acts.fault ?? ''}</p>
    <div id="receipt-${call.id}" ?hidden=${!acts.open}>${acts.open ? acts.details() : nothing}</div>
  </li>`
}

/** The shape of a list of calls before its first answer. */
export const bones = html`<div aria-hidden="true" class="bones">${Array.from({ length: 4 }, () => html`<div class="bone"></div>`)}</div>`
