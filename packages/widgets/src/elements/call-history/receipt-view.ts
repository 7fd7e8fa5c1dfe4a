import type { Call, CallReceipt } from '@impacthub/sdk'
import { html, nothing, type TemplateResult } from 'lit'
import { durationText } from '../../locales/duration.ts'
import { fill } from '../../locales/format.ts'
import { momentText } from '../../locales/moment.ts'
import { rateText } from '../../locales/rate.ts'
import { isLive } from '../../session/call-progress.ts'
import { bucketsText, endText, type HistoryWords } from './history-words.ts'

type Line = readonly [label: string, value: string, part: string]

/** How the charge came about: started intervals, each charged in full. */
function timeLines({ seconds, intervals, rate, answeredAt }: CallReceipt, { texts, language }: HistoryWords): Line[] {
  if (!answeredAt) return []
  const length = durationText(rate.seconds, language)
  return [
    [texts.duration, durationText(seconds, language), 'duration'],
    [texts.intervals, fill(texts.intervalsOf, { n: intervals, length }, language), 'intervals'],
    [texts.rate, rateText(rate, texts, language), 'price'],
  ]
}

function coinLines({ caller, callee, settled, answeredAt }: CallReceipt, words: HistoryWords): Line[] {
  const { texts, language } = words
  const number = (n: number) => fill('{n}', { n }, language)
  const paidFrom = caller && settled ? bucketsText(caller.buckets, words) : ''
  return [
    ...(caller ? [[texts.charged, number(caller.chargedCoins), 'charged'] as const] : []),
    ...(paidFrom ? [[texts.paidFrom, paidFrom, 'buckets'] as const] : []),
    // What is earned is known once the call is settled.
    ...(callee && answeredAt && settled ? [[texts.youEarned, number(callee.earnedCoins), 'earned'] as const] : []),
  ]
}

function refundView({ id, coins, takenBackCoins, createdAt }: CallReceipt['adjustments'][number], { texts, language }: HistoryWords) {
  const text = coins === null ? fill(texts.tookBack, { n: takenBackCoins ?? 0 }, language) : fill(texts.gaveBack, { n: coins }, language)
  return html`<li part="adjustment" data-id=${id}>
    <span>${text}</span> <time class="muted" datetime=${createdAt}>${momentText(createdAt, language)}</time>
  </li>`
}

/** What a call lasted and cost, who ended it, and what was changed afterwards. */
export function receiptView(receipt: CallReceipt, call: Call, words: HistoryWords): TemplateResult {
  const { texts } = words
  const live = isLive(call)
  const lines: Line[] = [
    ...timeLines(receipt, words),
    ...coinLines(receipt, words),
    [texts.channel, texts[receipt.channel], 'channel'],
    ...(receipt.endReason ? [[texts.ended, endText(receipt, call, words), 'ended'] as const] : []),
  ]
  const open = receipt.settled ? '' : live ? texts.going : texts.notSettled
  return html`${open ? html`<p part="unsettled" class="banner">${open}</p>` : nothing}
    <dl part="receipt" class="receipt">
      ${lines.map(
        ([label, value, part]) =>
          html`<div>
            <dt class="muted">${label}</dt>
            <dd part=${part} class="digits"><bdi>${value}</bdi></dd>
          </div>`,
      )}
    </dl>
    ${
      receipt.adjustments.length > 0
        ? html`<ul class="adjustments">
            ${receipt.adjustments.map((adjustment) => refundView(adjustment, words))}
          </ul>`
        : nothing
    }`
}
