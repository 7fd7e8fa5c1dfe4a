import type { ReferralStanding } from '@impacthub/sdk'
import { html, nothing } from 'lit'
import { fill } from '../../locales/format.ts'
import type { ReferralWords } from './referral-words.ts'

export const bones = html`<div aria-hidden="true">
  <div class="bone line"></div>
  <div class="bone"></div>
  <div class="bone row"></div>
  <div class="bone grid"></div>
</div>`

/** How far the invitations have come. */
export function progressView(standing: ReferralStanding, { texts, language }: ReferralWords) {
  const figures = [
    ['invited', standing.invited],
    ['joined', standing.joined],
    ['rewarded', standing.rewarded],
    ['earned', standing.coinsEarned],
  ] as const
  return html`<section part="progress" aria-labelledby="progress-title">
    <h3 id="progress-title" class="hidden">${texts.progress}</h3>
    <dl>
      ${figures.map(
        ([name, n]) =>
          html`<div part="figure">
            <dt class="muted">${texts[name]}</dt>
            <dd part=${name} class="digits">${fill('{n}', { n }, language)}</dd>
          </div>`,
      )}
    </dl>
    ${standing.pending > 0 ? html`<p part="pending" class="muted">${fill(texts.pending, { n: standing.pending }, language)}</p>` : nothing}
  </section>`
}
