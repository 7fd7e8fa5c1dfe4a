import type { WalletBalances, WalletHold } from '@impacthub/sdk'
import { html, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { fill } from '../../locales/format.ts'
import { listText } from '../../locales/list.ts'
import { dayText, momentText } from '../../locales/moment.ts'
import type { WalletView } from '../../session/wallet-feed.ts'
import { heldFor, type WalletWords } from './transaction-words.ts'

const kinds = [
  ['bonus', 'bonusUse'],
  ['purchased', 'purchasedUse'],
  ['earned', 'earnedUse'],
] as const

/** Balance in large, its kinds with what each may be used for, and what can be withdrawn. */
export function balancesView(
  { balance, buckets, withdrawable }: WalletBalances,
  more: WalletView['more'],
  words: WalletWords,
): TemplateResult {
  const { texts, language } = words
  const number = (n: number) => fill('{n}', { n }, language)
  const { expiring, owedCoins = 0 } = more ?? {}
  return html`<div>
      <p class="muted">${texts.balance}</p>
      <p part="balance" class="digits">${number(balance)}</p>
    </div>
    <dl class="kinds">
      ${kinds.map(
        ([kind, use]) =>
          html`<div part="bucket">
            <dt class="muted">${texts[kind]}</dt>
            <dd class="digits">${number(buckets[kind])}</dd>
            <dd part="use" class="use muted">${texts[use]}</dd>
          </div>`,
      )}
    </dl>
    <div class="lines">
      ${owedCoins > 0 ? nothing : html`<p part="withdrawable" class="muted">${fill(texts.withdrawable, { n: withdrawable }, language)}</p>`}
      ${
        expiring
          ? html`<p part="expiring" class="muted">
              ${fill(texts.expiring, { n: expiring.coins, date: dayText(expiring.at, language) }, language)}
            </p>`
          : nothing
      }
      ${owedCoins > 0 ? html`<p part="owed" class="banner">${fill(texts.owed, { n: owedCoins }, language)}</p>` : nothing}
    </div>`
}

function holdView(hold: WalletHold, words: WalletWords) {
  const { texts, language } = words
  const since = fill(texts.since, { time: momentText(hold.createdAt, language) })
  const until = hold.expiresAt ? [fill(texts.until, { time: momentText(hold.expiresAt, language) })] : []
  return html`<li part="hold">
    <p>${heldFor(hold, words)}</p>
    <p class="digits amount">${fill(texts.coins, { n: hold.coins }, language)}</p>
    <p class="muted">${listText([since, ...until], language)}</p>
  </li>`
}

/** What is held now and for what; nothing where nothing is. */
export function heldView(held: number, holds: readonly WalletHold[], words: WalletWords): TemplateResult | typeof nothing {
  if (held === 0) return nothing
  const { texts, language } = words
  return html`<div part="held" class="held">
    <h3>${fill(texts.held, { n: held }, language)}</h3>
    <ul>
      ${repeat(
        holds,
        ({ id }) => id,
        (hold) => holdView(hold, words),
      )}
    </ul>
    <p class="muted">${texts.heldHint}</p>
  </div>`
}

/** The shape of a wallet before its first answer, as tall as the wallet to come. */
export const bones = html`<div aria-hidden="true" class="bones">
  <div class="bone balance"></div>
  <div class="bone buckets"></div>
  <div class="bone chips"></div>
  ${Array.from({ length: 4 }, () => html`<div class="bone row"></div>`)}
</div>`
