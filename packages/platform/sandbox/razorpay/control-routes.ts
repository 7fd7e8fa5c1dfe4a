import { commonControls, controlError, type ControlRequest, type ControlRoute, ok } from '../kit/control.ts'
import type { Json } from '../kit/json.ts'
import type { Answer } from '../kit/listen.ts'
import { ApiError } from './api-error.ts'
import type { RazorpayControl } from './control.ts'
import type { DisputePhase, DisputeStatus } from './entities.ts'
import { isOutcome, outcomes } from './outcomes.ts'
import { payoutStatuses } from './payouts/entities.ts'
import { presentPayout } from './payouts/present.ts'
import { presentDispute, presentOrder, presentPayment, presentRefund } from './present.ts'
import type { Settings, World } from './world.ts'

const DONE: Answer = { status: 204 }
const notThere = (what: string): Answer => controlError(409, `${what} is unknown, over, or not in a state for this`)

/** What the control refuses is said, not thrown at the caller. */
function attempt(run: () => Answer): Answer {
  try {
    return run()
  } catch (error) {
    if (error instanceof ApiError || error instanceof Error) return controlError(409, error.message)
    throw error
  }
}

const post = (path: RegExp, run: (request: ControlRequest) => Answer): ControlRoute => ({
  method: 'POST',
  path,
  run: (request) => attempt(() => run(request)),
})
const get = (path: RegExp, run: () => unknown): ControlRoute => ({ method: 'GET', path, run: () => ok(run()) })

const whole = (value: Json | undefined, low: number, high: number): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high ? value : undefined

function pay(control: RazorpayControl, { at, body }: ControlRequest): Answer {
  const { outcome = 'success', lateAfterSeconds } = body
  if (!isOutcome(outcome)) return controlError(400, `outcome must be one of ${outcomes.join(', ')}`)
  if (lateAfterSeconds !== undefined && whole(lateAfterSeconds, 0, 259_200) === undefined)
    return controlError(400, 'lateAfterSeconds must be a whole number, at most three days')
  return { status: 201, json: control.pay(at[0] ?? '', { outcome, lateAfterSeconds: whole(lateAfterSeconds, 0, 259_200) }) }
}

const phases: readonly DisputePhase[] = ['fraud', 'retrieval', 'chargeback', 'pre_arbitration', 'arbitration']
const statuses: readonly DisputeStatus[] = ['under_review', 'action_required', 'won', 'lost', 'closed']

function dispute(control: RazorpayControl, { at, body }: ControlRequest): Answer {
  const { amount, phase, reasonCode } = body
  if (phase !== undefined && !phases.some((known) => known === phase)) return controlError(400, `phase must be one of ${phases.join(', ')}`)
  const id = control.dispute(at[0] ?? '', {
    amount: whole(amount, 1, 1e9),
    phase: phases.find((known) => known === phase),
    reasonCode: typeof reasonCode === 'string' ? reasonCode.slice(0, 100) : undefined,
  })
  return { status: 201, json: { id } }
}

function setWebhook(control: RazorpayControl, { body: { url, secret, events } }: ControlRequest): Answer {
  if (typeof url !== 'string' || typeof secret !== 'string') return controlError(400, 'expected { url, secret, events? }')
  if (events !== undefined && !Array.isArray(events)) return controlError(400, 'events must be a list of names')
  control.setWebhook({ url, secret, ...(Array.isArray(events) ? { events: events.map(String) } : {}) })
  return DONE
}

const checks: Readonly<Record<keyof Settings, (value: Json) => boolean>> = {
  autoCapture: (value) => typeof value === 'boolean',
  uniqueReceipts: (value) => typeof value === 'boolean',
  refundAfterMs: (value) => whole(value, 0, 31_536_000_000) !== undefined,
  maxAmount: (value) => whole(value, 100, 1e12) !== undefined,
  balance: (value) => whole(value, 0, 1e15) !== undefined,
  payoutAfterMs: (value) => whole(value, 0, 31_536_000_000) !== undefined,
  validateAfterMs: (value) => whole(value, 0, 31_536_000_000) !== undefined,
}
const isSetting = (name: string): name is keyof Settings => Object.hasOwn(checks, name)

function changeSettings(world: World, body: ControlRequest['body']): Answer {
  for (const [name, value] of Object.entries(body)) {
    if (!isSetting(name) || !checks[name](value)) return controlError(400, `not a setting, or out of range: ${name.slice(0, 40)}`)
  }
  Object.assign(world.settings, body)
  return ok(world.settings)
}

/** The controls over HTTP. */
export function controlRoutes(world: World, control: RazorpayControl): ControlRoute[] {
  return [
    ...commonControls(world),
    get(/^\/orders$/, () => ({ orders: control.orders().map(presentOrder) })),
    get(/^\/payments$/, () => ({ payments: control.payments().map(presentPayment) })),
    get(/^\/refunds$/, () => ({ refunds: control.refunds().map(presentRefund) })),
    get(/^\/disputes$/, () => ({ disputes: control.disputes().map(presentDispute) })),
    get(/^\/payouts$/, () => ({ payouts: control.payouts().map(presentPayout) })),
    get(/^\/settings$/, () => world.settings),
    get(/^\/notifications$/, () => ({ notifications: world.notifications })),
    get(/^\/webhook$/, () => ({ webhook: control.webhook() ?? null })),
    post(/^\/orders\/(\w+)\/pay$/, (request) => pay(control, request)),
    post(/^\/payments\/(\w+)\/authorize$/, ({ at }) => (control.authorizeLate(at[0] ?? '') ? DONE : notThere('the payment'))),
    post(/^\/payments\/(\w+)\/capture$/, ({ at }) => (control.capture(at[0] ?? '') ? DONE : notThere('the payment'))),
    post(/^\/payments\/(\w+)\/refund$/, ({ at, body }) => ({
      status: 201,
      json: { id: control.refund(at[0] ?? '', whole(body['amount'], 1, 1e12)) },
    })),
    post(/^\/refunds\/(\w+)\/fail$/, ({ at }) => (control.failRefund(at[0] ?? '') ? DONE : notThere('the refund'))),
    post(/^\/payments\/(\w+)\/dispute$/, (request) => dispute(control, request)),
    post(/^\/disputes\/(\w+)\/move$/, ({ at, body }) => {
      const status = statuses.find((known) => known === body['status'])
      if (!status) return controlError(400, `status must be one of ${statuses.join(', ')}`)
      return control.moveDispute(at[0] ?? '', status) ? DONE : notThere('the dispute')
    }),
    post(/^\/payouts\/(\w+)\/move$/, ({ at, body }) => {
      const status = payoutStatuses.find((known) => known === body['status'])
      if (!status) return controlError(400, `status must be one of ${payoutStatuses.join(', ')}`)
      const reason = typeof body['reason'] === 'string' ? body['reason'].slice(0, 64) : undefined
      return control.movePayout(at[0] ?? '', status, reason) ? DONE : notThere('the payout')
    }),
    post(/^\/balance$/, ({ body }) => {
      const paise = whole(body['paise'], 0, 1e15)
      if (paise === undefined) return controlError(400, 'paise must be a whole number')
      control.setBalance(paise)
      return DONE
    }),
    post(/^\/webhook$/, (request) => setWebhook(control, request)),
    post(/^\/webhook\/(enable|disable)$/, ({ at }) => {
      control.enableWebhook(at[0] === 'enable')
      return DONE
    }),
    post(/^\/settings$/, ({ body }) => changeSettings(world, body)),
    post(/^\/reset$/, () => {
      control.reset()
      return DONE
    }),
  ]
}
