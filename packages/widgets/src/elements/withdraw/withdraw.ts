import type { WithdrawalTerms, WithdrawalWish } from '@impacthub/sdk'
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import { connectEvent } from '../../base/events.ts'
import { withdrawEn } from '../../locales/en/withdraw.ts'
import { fill } from '../../locales/format.ts'
import { priceText } from '../../locales/price.ts'
import { isRefused, randomKey } from '../../session/asked-once.ts'
import { faultOf } from '../../session/fault.ts'
import { StoreController } from '../../session/store-controller.ts'
import { readWithdrawals, takeWithdrawal, withdrawFeed } from '../../session/withdraw-feed.ts'
import { action } from '../../theme/action.ts'
import { card } from '../../theme/card.ts'
import { figureStyles } from '../../theme/figures.ts'
import { formStyles } from '../../theme/form.ts'
import { hidden } from '../../theme/hidden.ts'
import { receiptStyles } from '../../theme/receipt.ts'
import { tokens } from '../../theme/tokens.ts'
import { bones, destinationsView, faultView, fieldView, historyView, quoteView, sumView } from './withdraw-views.ts'
import { faultText, fieldOf, obstacleText, rangeOf, type Destination, type WithdrawField, type WithdrawWords } from './withdraw-words.ts'
import { withdrawStyles } from './withdraw.styles.ts'

/** Typing is asked about when it rests. */
const quoteMs = 300
const wholeNumber = /^[0-9]{1,10}$/

/** `<ihc-withdraw>`: earned coins, what they are worth, where the money goes, and what became of earlier withdrawals. */
export class IhcWithdraw extends ConnectElement {
  static override styles = [tokens, hidden, card, figureStyles, action, formStyles, receiptStyles, withdrawStyles]
  static override properties: PropertyDeclarations = { destination: { state: true } }

  declare private destination: Destination | undefined
  readonly #state = new StoreController(
    this,
    (state) => state,
    (store) => store?.use(withdrawFeed),
  )
  #coins = ''
  /** The answer to how much so many coins come to. */
  #quote: WithdrawalTerms['quote'] = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #faults: { readonly [Name in WithdrawField | 'all']?: string | undefined } = {}
  #asking = false
  #canceling: string | undefined
  /** Why the last one was not canceled. */
  #kept: string | undefined
  /** Of what is being asked for: sent again, it is the same withdrawal. */
  #sent: { readonly content: string; readonly key: string } | undefined

  /** Whose form it is. */
  #of: { readonly store: unknown; readonly me: string | undefined } = { store: undefined, me: undefined }

  protected override willUpdate(changed: PropertyValues) {
    super.willUpdate(changed)
    const { store, value } = this.#state
    const { me } = value ?? {}
    const was = this.#of
    if (!store) return
    // What one user has begun is not another's to go on with.
    if (store !== was.store || (was.me && me !== was.me)) this.#begin()
    this.#of = { store, me }
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  protected override render(): TemplateResult {
    const { connection, app, withdraw = {} } = this.#state.value ?? {}
    const { terms, list = [], failed } = withdraw
    const { texts, language } = this.#words
    const known = !!terms || failed === true
    const note = connection === 'offline' && terms ? texts.offline : failed && !terms ? texts.failed : ''
    const obstacle = terms ? obstacleText(terms, this.#words) : ''
    return html`<section part="card" class="card" aria-labelledby="title" lang=${language} aria-busy=${known ? 'false' : 'true'}>
      <header>
        <h2 id="title">${texts.title}</h2>
        ${app?.mode === 'test' ? html`<p part="test" class="muted">${texts.test}</p>` : nothing}
      </header>
      <p part="note" role="status" class=${note ? 'banner' : 'none'}>${note}</p>
      ${
        known
          ? nothing
          : html`<p class="hidden" role="status">${texts.loading}</p>
              ${bones}`
      }
      ${failed && !terms ? html`<button type="button" part="retry" @click=${this.#reread}>${texts.retry}</button>` : nothing}
      ${terms ? sumView(terms, this.#words) : nothing} ${obstacle ? html`<p part="obstacle" class="banner">${obstacle}</p>` : nothing}
      ${terms && !obstacle ? this.#form(terms) : nothing}
      ${historyView(list, { canceling: this.#canceling, fault: this.#kept }, this.#words, (id) => void this.#cancel(id))}
    </section>`
  }

  #form(terms: WithdrawalTerms) {
    const words = this.#words
    const { texts, language } = words
    const to = this.#destination
    const faults = this.#faults
    const field = (name: WithdrawField, label: string, more: Readonly<Record<string, string>> = {}) =>
      fieldView(name, { label, ...more }, faults[name], this.#edited)
    const quote = this.#quote
    const label = quote ? fill(texts.withdraw, { price: priceText(quote.netAmount, quote.currency, language) }) : texts.withdrawPlain
    return html`<form part="form" novalidate @submit=${(event: Event) => void this.#submit(event)}>
      ${field('coins', texts.howMany, { hint: rangeOf(terms, texts.range, language), inputmode: 'numeric' })}
      ${destinationsView(terms, to, words, (destination) => (this.destination = destination))}
      ${to === 'upi' ? field('vpa', texts.upi, { inputmode: 'email', hint: texts.own }) : nothing}
      ${
        to === 'bank'
          ? html`${field('name', texts.holder, { autocapitalize: 'words', hint: texts.own })}
            ${field('accountNumber', texts.account, { inputmode: 'numeric' })}
            ${field('ifsc', texts.ifsc, { autocapitalize: 'characters' })}`
          : nothing
      }
      ${
        typeof to === 'string' && terms.coolingHours > 0
          ? html`<p part="cooling" class="muted">${fill(texts.cooling, { n: terms.coolingHours }, language)}</p>`
          : nothing
      }
      ${quoteView({ ...terms, quote }, words)} ${faultView(faults.all)}
      <button part="withdraw" aria-disabled=${this.#asking ? 'true' : 'false'}>${this.#asking ? texts.asking : label}</button>
    </form>`
  }

  get #words(): WithdrawWords {
    const catalogue = this.#state.value?.catalogue
    return { texts: catalogue?.withdraw ?? withdrawEn, language: catalogue?.language ?? 'en' }
  }

  get #destination(): Destination {
    const [latest] = this.#state.value?.withdraw?.terms?.payees ?? []
    return this.destination ?? (latest && latest.nameCheck !== 'invalid' && latest.nameCheck !== 'mismatch' ? { saved: latest.id } : 'upi')
  }

  readonly #reread = () => {
    if (this.#state.store) void readWithdrawals(this.#state.store)
  }

  readonly #edited = (event: Event) => {
    const { name, value } = event.target as HTMLInputElement
    this.#faults = { ...this.#faults, [name]: undefined, all: undefined }
    if (name === 'coins' && value.trim() !== this.#coins) {
      this.#coins = value.trim()
      this.#quote = null
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.#askQuote(), quoteMs)
    }
    this.requestUpdate()
  }

  async #askQuote() {
    const { store } = this.#state
    const coins = this.#coins
    if (!store || !wholeNumber.test(coins) || Number(coins) < 1) return
    const answer = await store.client.withdrawals.terms({ coins: Number(coins) }).catch(() => undefined)
    // What was typed meanwhile comes to something else.
    if (!answer || coins !== this.#coins) return
    this.#quote = answer.quote
    this.requestUpdate()
  }

  readonly #submit = async (event: Event) => {
    event.preventDefault()
    const { store } = this.#state
    const terms = this.#state.value?.withdraw?.terms
    if (!store || !terms || this.#asking) return
    const wish = wishOf(this.#destination, new FormData(event.target as HTMLFormElement))
    const missing = missingOf(wish, terms)
    this.#faults = Object.fromEntries(missing.map((field) => [field, faultText(field, terms, this.#words)]))
    if (missing.length > 0) return this.#showFault()
    if (!this.dispatchEvent(connectEvent('ihc-withdraw-request', { coins: wish.coins }))) return
    const content = JSON.stringify(wish)
    if (this.#sent?.content !== content) this.#sent = { content, key: randomKey() }
    this.#asking = true
    this.requestUpdate()
    try {
      const withdrawal = await store.client.withdrawals.create(wish, { idempotencyKey: this.#sent.key })
      this.#sent = undefined
      takeWithdrawal(store, withdrawal)
      this.emit('ihc-withdraw-requested', { withdrawal })
      await readWithdrawals(store)
      this.#begin()
    } catch (error) {
      await this.#refused(error, terms)
    } finally {
      this.#asking = false
      this.requestUpdate()
    }
  }

  /** An empty form, for the next one. */
  #begin() {
    this.#coins = ''
    this.#quote = null
    this.#faults = {}
    this.#kept = undefined
    this.#sent = undefined
    this.destination = undefined
    // Not the form's own reset: it would take the choice away from under what is rendered.
    for (const input of this.renderRoot.querySelectorAll<HTMLInputElement>("[type='text']")) input.value = ''
  }

  async #refused(error: unknown, terms: WithdrawalTerms) {
    const { store } = this.#state
    if (!store) return
    // After anything but a refusal it may have been done: only the same key may be sent again.
    if (isRefused(error)) this.#sent = undefined
    const told = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? (error.errors as { pointer: string }[]) : []
    const fields = told.flatMap(({ pointer }) => fieldOf(pointer) ?? [])
    const { code, message } = faultOf(store, error)
    const all = Object.hasOwn(withdrawEn, code)
      ? obstacleText({ ...terms, obstacle: code as NonNullable<WithdrawalTerms['obstacle']> }, this.#words)
      : message
    this.#faults = fields.length > 0 ? Object.fromEntries(fields.map((field) => [field, faultText(field, terms, this.#words)])) : { all }
    await this.#showFault()
  }

  async #cancel(withdrawalId: string) {
    const { store } = this.#state
    if (!store || this.#canceling) return
    this.#canceling = withdrawalId
    this.#kept = undefined
    this.requestUpdate()
    try {
      takeWithdrawal(store, await store.client.withdrawals.cancel({ withdrawalId }))
    } catch (error) {
      const fault = faultOf(store, error)
      this.#kept = fault.message
      store.set({ fault })
    }
    this.#canceling = undefined
    await readWithdrawals(store)
  }

  async #showFault() {
    this.requestUpdate()
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>("[aria-invalid='true']")?.focus()
  }
}

function wishOf(to: Destination, data: FormData): WithdrawalWish {
  const text = (name: WithdrawField) => {
    const value = data.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  const coins = wholeNumber.test(text('coins')) ? Number(text('coins')) : 0
  if (to === 'upi') return { coins, payee: { type: 'upi', vpa: text('vpa') } }
  if (to === 'bank') return { coins, payee: { type: 'bank', ifsc: text('ifsc'), accountNumber: text('accountNumber'), name: text('name') } }
  return { coins, payee: { type: 'saved', payeeId: to.saved } }
}

/** What can be seen to be wrong without asking; the rest is the platform's to say. */
function missingOf({ coins, payee }: WithdrawalWish, { minCoins, maxCoins }: WithdrawalTerms): WithdrawField[] {
  const fields: WithdrawField[] = coins < minCoins || coins > maxCoins ? ['coins'] : []
  if (payee.type === 'upi' && !payee.vpa.includes('@')) fields.push('vpa')
  if (payee.type !== 'bank') return fields
  if (payee.name.length < 2) fields.push('name')
  if (!payee.accountNumber) fields.push('accountNumber')
  if (!payee.ifsc) fields.push('ifsc')
  return fields
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-withdraw': IhcWithdraw
  }
}
