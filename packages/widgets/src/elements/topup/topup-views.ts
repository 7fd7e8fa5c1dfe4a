import type { Pack } from '@impacthub/sdk'
import { html, nothing } from 'lit'
import { fill } from '../../locales/format.ts'
import { priceText } from '../../locales/price.ts'
import { coinsText, type TopupWords } from './topup-words.ts'

/** The packs, as a group of radio buttons: arrow keys choose, Tab goes on to the button below. */
export function packsView(
  packs: readonly Pack[],
  chosen: string | undefined,
  locked: boolean,
  words: TopupWords,
  choose: (packId: string) => void,
) {
  const { texts, language } = words
  return html`<fieldset part="packs" ?disabled=${locked}>
    <legend class="hidden">${texts.choose}</legend>
    ${packs.map(
      ({ id, coins, bonusCoins, amount, currency, label }) =>
        html`<label part="pack">
          <input type="radio" name="pack" .value=${id} .checked=${id === chosen} @change=${() => choose(id)} />
          <span class="what">
            <span part="coins">${coinsText(coins, words)}</span>
            ${bonusCoins > 0 ? html`<span part="bonus">${fill(texts.bonus, { n: bonusCoins }, language)}</span>` : nothing}
            ${label ? html`<span part="label" class="muted"><bdi>${label}</bdi></span>` : nothing}
          </span>
          <span part="price" class="digits">${priceText(amount, currency, language)}</span>
        </label>`,
    )}
  </fieldset>`
}

/** A tick in a circle. */
export const tick = html`<svg part="tick" viewBox="0 0 24 24" aria-hidden="true"><path d="m5 13 4 4L19 7" /></svg>`

/** The shape of the packs before the first answer. */
export const bones = html`<div aria-hidden="true">
  <div class="bone"></div>
  <div class="bone"></div>
  <div class="bone"></div>
</div>`
