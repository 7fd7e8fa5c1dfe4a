import type { ReferralStanding } from '@impacthub/sdk'
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { ConnectElement } from '../../base/connect-element.ts'
import { connectEvent } from '../../base/events.ts'
import { referralEn } from '../../locales/en/referral.ts'
import { readReferral, referralFeed } from '../../session/referral-feed.ts'
import { StoreController } from '../../session/store-controller.ts'
import { action } from '../../theme/action.ts'
import { card } from '../../theme/card.ts'
import { figureStyles } from '../../theme/figures.ts'
import { hidden } from '../../theme/hidden.ts'
import { tokens } from '../../theme/tokens.ts'
import type { FriendCode } from './friend-code.ts'
import { bones, progressView } from './referral-views.ts'
import { conditionsText, messageText, offerText, type ReferralWords } from './referral-words.ts'
import { referralStyles } from './referral.styles.ts'
import { canShare, copyText, openShareSheet, whatsAppLink, type Invitation } from './share.ts'

/** `<ihc-referral>`: the user's own code to copy and share, what it has brought, and the place to enter a friend's. */
export class IhcReferral extends ConnectElement {
  static override styles = [tokens, hidden, card, figureStyles, action, referralStyles]
  static override properties: PropertyDeclarations = { link: {}, said: { state: true } }

  /** The page that friends are led to, where the app's own is not the right one; the code is added as `?ref=`. */
  declare link: string | undefined
  /** What the last press on Copy or Share has come to. */
  declare private said: string | undefined
  readonly #state = new StoreController(
    this,
    (state) => state,
    (store) => store?.use(referralFeed),
  )
  /** Loaded for whom may enter a friend's code, or has. */
  #friend: FriendCode | undefined
  #loading = false
  #of: { readonly store: unknown; readonly userId: string | undefined } = { store: undefined, userId: undefined }

  protected override willUpdate(changed: PropertyValues) {
    super.willUpdate(changed)
    const { store, value } = this.#state
    const userId = value?.me
    const was = this.#of
    if (!store) return
    if (store !== was.store || (was.userId && userId !== was.userId)) {
      this.#friend?.begin()
      this.said = undefined
    }
    this.#of = { store, userId }
  }

  protected override render(): TemplateResult {
    const { connection, app, referral = {} } = this.#state.value ?? {}
    const { standing, failed } = referral
    const words = this.#words
    const { texts, language } = words
    const known = !!standing || failed === true
    const note = standing && (failed || connection === 'offline') ? texts.offline : failed ? texts.failed : ''
    return html`<section part="card" class="card" aria-labelledby="title" lang=${language} aria-busy=${known ? 'false' : 'true'}>
      <h2 id="title">${texts.title}</h2>
      <p part="note" role="status" class=${note ? 'banner' : 'none'}>${note}</p>
      ${
        known
          ? nothing
          : html`<p class="hidden" role="status">${texts.loading}</p>
              ${bones}`
      }
      ${failed && !standing ? html`<button type="button" part="retry" @click=${this.#reread}>${texts.retry}</button>` : nothing}
      ${standing ? this.#standing(standing, app?.name ?? location.host) : nothing}
    </section>`
  }

  #standing(standing: ReferralStanding, app: string) {
    const words = this.#words
    const { texts } = words
    const { terms } = standing
    const friend = this.#friendOf(standing)
    return html`${friend?.first ? friend.view : nothing}
      <div part="terms">
        <p>${terms ? offerText(terms, words) : texts.none}</p>
        ${terms ? html`<p part="conditions" class="muted">${conditionsText(terms, words)}</p>` : nothing}
      </div>
      ${terms ? this.#ownCode(standing, app) : nothing} ${terms || standing.joined > 0 ? progressView(standing, words) : nothing}
      ${friend?.first === false ? friend.view : nothing}`
  }

  #friendOf(standing: ReferralStanding) {
    if (!standing.canRedeem && !standing.redemption) return undefined
    if (!this.#friend && !this.#loading) {
      this.#loading = true
      const load = async () => {
        const { FriendCode } = await import('./friend-code.ts')
        this.#friend = new FriendCode(this, () => this.#state.store)
        this.requestUpdate()
      }
      // Where it cannot be loaded, the next change tries again.
      load().catch(() => (this.#loading = false))
    }
    return this.#friend?.view(standing, this.#words)
  }

  #ownCode(standing: ReferralStanding, app: string) {
    const { texts } = this.#words
    const invitation = this.#invitation(standing, app)
    const sheet = canShare(invitation)
    return html`<div part="code-box">
        <div>
          <p class="muted" id="code-label">${texts.code}</p>
          <p part="code" translate="no" aria-labelledby="code-label"><bdi>${standing.code}</bdi></p>
        </div>
        <button
          type="button"
          part="copy"
          class="plain"
          aria-label=${texts.copyCode}
          @click=${(event: Event) => void this.#copy(event, standing.code, texts.codeCopied)}
        >
          ${texts.copy}
        </button>
      </div>
      <div part="ways">
        ${
          sheet
            ? html`<button type="button" part="share" @click=${(event: Event) => void this.#share(event, invitation)}>
                ${texts.share}
              </button>`
            : nothing
        }
        ${
          !sheet && invitation.url
            ? html`<button type="button" part="copy-link" @click=${(event: Event) => void this.#copyInvitation(event, invitation)}>
                ${texts.copyLink}
              </button>`
            : nothing
        }
        <a part="whatsapp" href=${whatsAppLink(invitation)} target="_blank" rel="noopener noreferrer">${texts.whatsapp}</a>
      </div>
      <p part="said" role="status" class=${this.said ? 'muted' : 'none'}>${this.said ?? ''}</p>`
  }

  get #words(): ReferralWords {
    const { catalogue, app } = this.#state.value ?? {}
    return { texts: catalogue?.referral ?? referralEn, language: catalogue?.language ?? 'en', currency: app?.currency ?? 'INR' }
  }

  #invitation(standing: ReferralStanding, app: string): Invitation {
    const url = this.link ? withCode(this.link, standing.code) : standing.link
    const text = messageText(standing, app, this.#words)
    return url ? { text, url } : { text }
  }

  readonly #reread = () => {
    if (this.#state.store) void readReferral(this.#state.store)
  }

  async #copy(event: Event, text: string, done: string) {
    // Said again, it is heard again.
    this.said = undefined
    const copied = await copyText(text, event.currentTarget as HTMLElement)
    this.said = copied ? done : this.#words.texts.notCopied
  }

  async #copyInvitation(event: Event, invitation: Invitation) {
    if (this.#mayShare(invitation)) await this.#copy(event, invitation.url ?? invitation.text, this.#words.texts.linkCopied)
  }

  async #share(event: Event, invitation: Invitation) {
    const button = event.currentTarget as HTMLElement
    if (!this.#mayShare(invitation) || (await openShareSheet(invitation))) return
    const copied = await copyText(invitation.url ?? invitation.text, button)
    this.said = copied ? this.#words.texts.linkCopied : this.#words.texts.notCopied
  }

  /** A page inside an app may share by its own means. */
  readonly #mayShare = (invitation: Invitation) => this.dispatchEvent(connectEvent('ihc-referral-share-request', invitation))
}

/** A page's address with the code in it; what is no address leads nowhere. */
function withCode(link: string, code: string): string | undefined {
  const base = document.baseURI
  if (!URL.canParse(link, base)) return undefined
  const url = new URL(link, base)
  url.searchParams.set('ref', code)
  return url.href
}

declare global {
  interface HTMLElementTagNameMap {
    'ihc-referral': IhcReferral
  }
}
