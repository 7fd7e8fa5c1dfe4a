import { html, nothing } from 'lit'
import { durationText, timerText } from '../../locales/duration.ts'
import { fill } from '../../locales/format.ts'
import { rateText } from '../../locales/rate.ts'
import type { CallView } from './call-words.ts'

const figure = (label: string, value: unknown, part: string) =>
  html`<div>
    <dt class="muted">${label}</dt>
    <dd part=${part} class="digits">${value}</dd>
  </div>`

/** What a call that rings here earns. */
export function price({ call: { rate }, texts, language }: CallView) {
  return html`<p part="price" class="muted">${rateText(rate, texts, language)}</p>`
}

/** Timer, coins and time left of a running call. */
export function figures({ side, texts, language, elapsed, left, coins }: CallView) {
  return html`<p part="timer" class="digits" role="timer" aria-label=${texts.elapsed}>${timerText(elapsed)}</p>
    <p class="muted estimate">${texts.estimate}</p>
    <dl>
      ${figure(side.mine ? texts.coinsSoFar : texts.chargedSoFar, fill('{n}', { n: coins }, language), 'coins')}
      ${left === undefined ? nothing : figure(texts.timeLeft, timerText(left), 'left')}
    </dl>`
}

/** Total duration and coins of a call that is over. */
export function summary({ call, side, texts, language }: CallView) {
  const state = html`<p part="settlement" class="muted ${call.settled ? 'final' : 'settling'}">
    ${call.settled ? texts.settled : texts.settling}
  </p>`
  if (!call.answeredAt) return side.mine && call.settled && call.chargedCoins === 0 ? html`<p class="muted">${texts.free}</p>` : nothing
  const coins = side.mine ? call.chargedCoins : call.settled ? call.earnedCoins : '…'
  return html`<dl class="summary">
      ${figure(texts.duration, durationText(call.durationSeconds, language), 'duration')}
      ${figure(side.mine ? texts.deducted : texts.earned, typeof coins === 'number' ? fill('{n}', { n: coins }, language) : coins, 'total')}
    </dl>
    ${state}`
}
