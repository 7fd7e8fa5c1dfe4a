import type { Withdrawal, WithdrawalTerms } from '@impacthub/sdk'
import { html, nothing } from 'lit'
import { fill } from '../../locales/format.ts'
import { priceText } from '../../locales/price.ts'
import { coinsText, moreText, statusText, type Destination, type WithdrawField, type WithdrawWords } from './withdraw-words.ts'

export const bones = html`<div aria-hidden="true">
  <div class="bone"></div>
  <div class="bone"></div>
</div>`

/** What can be withdrawn, and what it is worth. */
export const sumView = ({ withdrawable, coinAmount, currency }: WithdrawalTerms, words: WithdrawWords) =>
  html`<div part="sum">
    <p class="muted">${words.texts.withdrawable}</p>
    <p class="big digits">
      ${coinsText(withdrawable, words)}
      <span part="worth" class="muted"
        >${fill(words.texts.worth, { price: priceText(withdrawable * coinAmount, currency, words.language) })}</span
      >
    </p>
  </div>`

const isSame = (one: Destination, other: Destination): boolean =>
  typeof one === 'object' ? typeof other === 'object' && one.saved === other.saved : one === other

/** The accounts that are known, and new ones, as radio buttons. */
export function destinationsView(
  { payees }: WithdrawalTerms,
  chosen: Destination,
  { texts }: WithdrawWords,
  choose: (destination: Destination) => void,
) {
  const known = payees.filter(({ nameCheck }) => nameCheck !== 'invalid' && nameCheck !== 'mismatch')
  const rows: readonly (readonly [Destination, string])[] = [
    ...known.map(({ id, display }) => [{ saved: id }, display] as const),
    ['upi', known.length > 0 ? texts.newUpi : texts.upi],
    ['bank', known.length > 0 ? texts.newBank : texts.bank],
  ]
  return html`<fieldset part="destinations">
    <legend>${texts.to}</legend>
    ${rows.map(
      ([destination, label]) =>
        html`<label part="destination" class="choice"
          ><input type="radio" name="to" .checked=${isSame(destination, chosen)} @change=${() => choose(destination)} /><bdi
            >${label}</bdi
          ></label
        >`,
    )}
  </fieldset>`
}

export interface FieldLook {
  readonly label: string
  readonly hint?: string
  readonly inputmode?: string
  readonly autocapitalize?: string
}

export const fieldView = (
  field: WithdrawField,
  { label, hint = '', inputmode = 'text', autocapitalize = 'off' }: FieldLook,
  fault: string | undefined,
  edited: (event: Event) => void,
) =>
  html`<label part="field" class="field">
    ${label}
    <input
      name=${field}
      type="text"
      required
      autocomplete="off"
      spellcheck="false"
      maxlength="100"
      inputmode=${inputmode}
      autocapitalize=${autocapitalize}
      aria-invalid=${fault ? 'true' : 'false'}
      aria-describedby="why-${field}"
      @input=${edited}
    />
    <span id="why-${field}" class=${fault ? 'fault' : 'muted'}>${fault ?? hint}</span>
  </label>`

/** What so many coins come to. */
export function quoteView({ quote }: WithdrawalTerms, { texts, language }: WithdrawWords) {
  if (!quote) return nothing
  const price = (amount: number) => priceText(amount, quote.currency, language)
  const rows = [
    [texts.amount, price(quote.amount)],
    ...(quote.fee > 0 ? [[texts.fee, `−${price(quote.fee)}`]] : []),
    ...(quote.tax > 0 ? [[texts.tax, `−${price(quote.tax)}`]] : []),
    [texts.net, price(quote.netAmount)],
  ]
  return html`<dl part="quote" class="receipt">
    ${rows.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd class="digits"><bdi>${value}</bdi></dd>
        </div>`,
    )}
  </dl>`
}

/** Why what somebody asked for was not done. */
export const faultView = (fault: string | undefined) =>
  html`<p part="fault" role="alert" class=${fault ? 'fault' : 'none'}>${fault ?? ''}</p>`

const canCancel = ({ status, sentAt }: Withdrawal): boolean => (status === 'requested' || status === 'approved') && !sentAt

/** The latest withdrawals, and what each waits for. */
export const historyView = (
  list: readonly Withdrawal[],
  { canceling, fault }: { readonly canceling: string | undefined; readonly fault: string | undefined },
  words: WithdrawWords,
  cancel: (id: string) => void,
) =>
  list.length === 0
    ? nothing
    : html`<section part="history" aria-labelledby="history-title">
        <h3 id="history-title">${words.texts.history}</h3>
        ${faultView(fault)}
        <ul>
          ${list.map((one) => {
            const { texts, language } = words
            const price = priceText(one.netAmount, one.currency, language)
            const more = moreText(one, words)
            return html`<li part="withdrawal">
              <p>${fill(texts.line, { price, payee: one.payee.display })}</p>
              <p part="withdrawal-status" class=${one.status}>${statusText(one, texts)}</p>
              ${more ? html`<p part="more" class="muted">${more}</p>` : nothing}
              ${
                canCancel(one)
                  ? html`<button
                      type="button"
                      part="cancel"
                      class="plain"
                      aria-disabled=${canceling === one.id ? 'true' : 'false'}
                      aria-label=${fill(texts.cancelOne, { price })}
                      @click=${() => cancel(one.id)}
                    >
                      ${canceling === one.id ? texts.canceling : texts.cancel}
                    </button>`
                  : nothing
              }
            </li>`
          })}
        </ul>
      </section>`
