import type { ReferralStanding } from '@impacthub/sdk'
import { html, nothing, type LitElement, type TemplateResult } from 'lit'
import { connectEvent } from '../../base/events.ts'
import { friendCodeEn, type FriendCodeTexts } from '../../locales/en/friend-code.ts'
import { fill } from '../../locales/format.ts'
import { priceText } from '../../locales/price.ts'
import type { ConnectStore } from '../../session/connect-store.ts'
import { redeem } from '../../session/referral-acts.ts'
import { coinsText, type ReferralWords } from './referral-words.ts'
import { friendCodeStyles } from './friend-code.styles.ts'

/** What became of the code that the user has entered. It never tells why. */
function redemptionText({ redemption, terms }: ReferralStanding, texts: FriendCodeTexts, words: ReferralWords): string {
  if (!redemption) return ''
  if (redemption.status === 'closed') return texts.notEligible
  const coins = coinsText(redemption.coins, words)
  if (redemption.status === 'rewarded') return fill(texts.got, { coins })
  const { release } = terms ?? {}
  const { language, currency } = words
  if (release?.after === 'topup') return fill(texts.awaitsTopup, { coins, price: priceText(release.amount, currency, language) })
  if (release?.after === 'call')
    return fill(texts.awaitsCall, { coins, minutes: fill(words.texts.minutes, { n: release.minutes }, language) })
  return fill(texts.awaits, { coins })
}

/** Where a new user enters the code of a friend, and reads what came of it. Most users never see it: it comes when somebody may. */
export class FriendCode {
  readonly #host: LitElement
  readonly #store: () => ConnectStore | undefined
  #entered: string | undefined
  #fault: string | undefined
  #asking = false
  /** The user came by a friend's link: what has to do with it stands first. */
  #byLink = false

  constructor(host: LitElement, store: () => ConnectStore | undefined) {
    this.#host = host
    this.#store = store
    const sheets = host.shadowRoot?.adoptedStyleSheets
    for (const { styleSheet } of friendCodeStyles) if (styleSheet && sheets?.includes(styleSheet) === false) sheets.push(styleSheet)
  }

  /** Another user: what one has begun is not theirs to go on with. */
  begin(): void {
    this.#entered = this.#fault = undefined
    this.#byLink = false
  }

  view(standing: ReferralStanding, words: ReferralWords): { readonly first: boolean; readonly view: TemplateResult } {
    const texts = this.#texts
    const first = (this.#byLink ||= this.#invitedBy(standing) !== undefined)
    const news = redemptionText(standing, texts, words)
    return {
      first,
      view: html`${standing.canRedeem ? this.#form(standing, texts, words) : nothing}
        <p part="redemption" class=${news ? 'banner news' : 'none'} role="status" tabindex="-1">${news}</p>`,
    }
  }

  #form({ terms }: ReferralStanding, texts: FriendCodeTexts, words: ReferralWords) {
    const fault = this.#fault
    const byLink = this.#byLink
    const brings = byLink && terms && terms.refereeCoins > 0 ? fill(texts.brings, { coins: coinsText(terms.refereeCoins, words) }) : ''
    return html`<form part="redeem" class=${byLink ? 'by-link' : ''} novalidate @submit=${(event: Event) => void this.#submit(event)}>
      <div>
        <h3>${byLink ? texts.wasInvited : texts.hasCode}</h3>
        ${brings ? html`<p part="brings">${brings}</p>` : nothing}
      </div>
      <div class="entry">
        <label part="field" class="field">
          ${texts.enter}
          <input
            name="code"
            type="text"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck="false"
            translate="no"
            maxlength="40"
            .value=${this.#code}
            aria-invalid=${fault ? 'true' : 'false'}
            aria-describedby="why"
            @input=${this.#edited}
          />
        </label>
        <button part="use" aria-disabled=${this.#asking ? 'true' : 'false'}>${this.#asking ? texts.using : texts.use}</button>
      </div>
      <p id="why" part="fault" role="alert" class=${fault ? 'fault' : 'none'}>${fault ?? ''}</p>
    </form>`
  }

  get #texts(): FriendCodeTexts {
    return this.#store()?.state.catalogue?.friendCode ?? friendCodeEn
  }

  /** The code of the link that brought the user here; one's own link invites nobody. */
  #invitedBy(standing: ReferralStanding | undefined): string | undefined {
    const code = this.#store()?.state.referral?.captured?.code
    return code && standing?.canRedeem && code !== standing.code ? code : undefined
  }

  /** What stands in the field: what was typed, else what the link has brought. */
  get #code(): string {
    return this.#entered ?? this.#invitedBy(this.#store()?.state.referral?.standing) ?? ''
  }

  readonly #edited = (event: Event) => {
    this.#entered = (event.target as HTMLInputElement).value
    this.#fault = undefined
    this.#host.requestUpdate()
  }

  async #submit(event: Event) {
    event.preventDefault()
    const store = this.#store()
    const code = this.#code.trim()
    if (!store || this.#asking) return
    if (!code) return this.#refuse(this.#texts.empty)
    if (!this.#host.dispatchEvent(connectEvent('ihc-referral-redeem-request', { code }))) return
    this.#asking = true
    this.#fault = undefined
    this.#host.requestUpdate()
    const asker = store.state.me
    const outcome = await redeem(store, code)
    this.#asking = false
    // Who asked may be gone.
    if (this.#store() !== store || store.state.me !== asker) return this.#host.requestUpdate()
    if (typeof outcome === 'string') return this.#refuse(outcome)
    this.#entered = undefined
    this.#host.dispatchEvent(connectEvent('ihc-referral-redeemed', { redemption: outcome }))
    // The form is gone; who was in it with the keyboard reads what came of it.
    await this.#focus("[part~='redemption']")
  }

  async #refuse(why: string) {
    this.#fault = why
    await this.#focus("[name='code']")
  }

  async #focus(selector: string) {
    this.#host.requestUpdate()
    await this.#host.updateComplete
    this.#host.renderRoot.querySelector<HTMLElement>(selector)?.focus()
  }
}
