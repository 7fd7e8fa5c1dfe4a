import type { Call, CallDispute } from '@impacthub/sdk'
import { html, nothing, type TemplateResult } from 'lit'
import type { CallHistoryTexts } from '../../locales/en/call-history.ts'
import { fill } from '../../locales/format.ts'
import type { Aftermath, AskAfter } from '../../session/aftermath.ts'

const reasons = [
  'not_connected',
  'bad_sound',
  'cut_off',
  'wrong_charge',
  'not_as_described',
  'abuse',
  'other',
] as const satisfies CallDispute['reason'][]

const isReason = (value: unknown): value is CallDispute['reason'] => reasons.some((reason) => reason === value)

/** How a report about this call stands: the platform's mark first, then what it answered here. */
export function reportState(
  { disputed, settled, endedAt }: Call,
  { dispute, decided, receipt }: Aftermath,
): 'open' | 'decided' | 'possible' | 'none' {
  if (disputed) return 'open'
  if (decided) return 'decided'
  if (dispute && receipt?.dispute?.id !== dispute.id) return 'open'
  if (receipt?.dispute?.status === 'open') return 'open'
  return settled && endedAt && Date.now() - Date.parse(endedAt) < 30 * 86_400_000 ? 'possible' : 'none'
}

/** What became of an earlier report, as the platform told; undefined while there is none. */
export function outcomeText({ receipt }: Aftermath, texts: CallHistoryTexts, language: string): string | undefined {
  const { status, refundedCoins } = receipt?.dispute ?? {}
  if (status === 'refunded') return fill(texts.reportRefunded, { n: refundedCoins ?? 0 }, language)
  return status === 'rejected' ? texts.reportRejected : undefined
}

function send(event: SubmitEvent, callId: string, busy: boolean, ask: AskAfter): void {
  event.preventDefault()
  const form = event.currentTarget
  if (busy || !(form instanceof HTMLFormElement)) return
  const said = new FormData(form)
  const reason = said.get('reason')
  const comment = said.get('comment')
  if (!isReason(reason)) return form.querySelector('input')?.focus()
  ask('ihc-call-dispute-request', { callId, reason, comment: typeof comment === 'string' ? comment : undefined })
}

/** Asks what went wrong. The words stay in the form until the platform has taken them. */
export function reportForm(callId: string, { busy, failed }: Aftermath, texts: CallHistoryTexts, ask: AskAfter): TemplateResult {
  const sending = busy?.includes('dispute') === true
  const fault = failed?.what === 'dispute' ? fill(texts.failedReport, { why: failed.message }) : ''
  return html`<form part="report-form" class="report" @submit=${(event: SubmitEvent) => send(event, callId, sending, ask)}>
    <fieldset>
      <legend>${texts.reportWhat}</legend>
      ${reasons.map(
        (reason) => html`<label class="choice"><input type="radio" name="reason" required .value=${reason} />${texts[reason]}</label>`,
      )}
    </fieldset>
    <label class="comment">
      <span>${texts.comment}</span>
      <textarea name="comment" rows="3" maxlength="1000"></textarea>
    </label>
    <p part="report-fault" role="alert" class=${fault ? 'fault' : 'none'}>${fault || nothing}</p>
    <button part="send-report" type="submit" aria-disabled=${sending ? 'true' : 'false'}>${sending ? texts.sending : texts.send}</button>
  </form>`
}
