import { fail } from '../base/problem.ts'
import type { TenantId, UserActor } from '../base/tenant.ts'
import { applyTask, createInbox, type Inbox } from '../db/inbox.ts'
import { taskStore } from '../db/tasks-store.ts'
import { callOperations } from '../features/calls/calls.routes.ts'
import { dialLimit } from '../features/calls/inbound/dial-limit.ts'
import { createCalls, createProofBook, type CallDeps, type Calls, type ProofBook } from '../features/calls/index.ts'
import { forgetWords } from '../features/calls/afterwards/forget-words.ts'
import { disputeOperations } from '../features/calls/afterwards/afterwards.routes.ts'
import { measureDay } from '../features/calls/receiver-rules/longest-call.ts'
import { endWaits, waitingHandlers, waitingOperations } from '../features/calls/waiting/index.ts'
import { ledgerJobs } from '../features/ledger-proof/index.ts'
import { createNumbers, virtualNumbersOf, type NumberDeps, type Numbers } from '../features/numbers/index.ts'
import { numberOperations } from '../features/numbers/numbers.routes.ts'
import { createPresence, type Presence, type PresenceDeps } from '../features/presence/index.ts'
import { presenceOperations } from '../features/presence/presence.routes.ts'
import { checkJobs, createReferrals, leaveTraces, type ReferralDeps, type Referrals } from '../features/referrals/index.ts'
import { referralOperations } from '../features/referrals/referrals.routes.ts'
import { mintToken, rotateDueKeys, type TenantDeps } from '../features/tenants/index.ts'
import { tenantOperations } from '../features/tenants/tenants.routes.ts'
import { createTopups, type TopupDeps } from '../features/topups/index.ts'
import { topupOperations } from '../features/topups/topups.routes.ts'
import { createUserStore } from '../features/users/index.ts'
import { userOperations } from '../features/users/users.routes.ts'
import { balancesOf, openWallet, walletJobs, walletsOf, type WalletDeps } from '../features/wallet/index.ts'
import { walletOperations } from '../features/wallet/wallet.routes.ts'
import { createWithdrawals, type WithdrawalDeps } from '../features/withdrawals/index.ts'
import { withdrawalOperations } from '../features/withdrawals/withdrawals.routes.ts'
import { createWebhooks, type WebhookDeps, type Webhooks } from '../features/webhooks/index.ts'
import { webhookOperations } from '../features/webhooks/webhooks.routes.ts'
import { isGuess } from '../http/authenticate.ts'
import { incomingPathOf } from '../http/callback-routes.ts'
import { clientIp } from '../http/client-ip.ts'
import type { CallbackRoutes } from '../http/callbacks.ts'
import type { Operation } from '../http/implement.ts'
import { createOutbound } from '../http/outbound/outbound.ts'
import { periodicHandlers, type PeriodicJob } from '../jobs/periodic.ts'
import { purgeJobs } from '../jobs/purge.ts'
import type { TaskHandler } from '../jobs/runner.ts'
import { generationsAmong } from '../providers/kyc/choose.ts'
import { createRealtime, type Realtime } from '../realtime/index.ts'
import { tieCallbacks } from './callbacks.ts'
import type { Foundation } from './foundation.ts'
import { standingFrom, tieIdentity, type Identity } from './identity.ts'

/** The features, tied to each other: what the server serves and the runner runs. */
export interface Features {
  readonly operations: readonly Operation[]
  readonly callbacks: CallbackRoutes
  readonly realtime: Realtime
  readonly numbers: Numbers
  readonly webhooks: Webhooks
  readonly proofs: ProofBook
  readonly jobs: readonly PeriodicJob[]
  readonly handlers: Readonly<Record<string, TaskHandler>>
  /** Those that have places of their own. */
  readonly urgentKinds: readonly string[]
  readonly slowKinds: readonly string[]
}

export function tieFeatures(base: Foundation): Features {
  const { db, bus, clock, fanOut } = base
  const referralDeps: ReferralDeps = { ...base, tasks: taskStore, news: fanOut }
  const referrals = createReferrals(referralDeps)
  const callDeps = callParts(base, referrals, (tenantId, userId) => presence.isConnected(tenantId, userId))
  const calls = createCalls(callDeps)
  const presenceDeps = { db, bus, clock, busyAmong: calls.busyAmong, hint: fanOut.presenceHint }
  const presence = createPresence(presenceDeps)
  const inbox = createInbox({ ...base, applyReports: calls.applyReports })
  const realtime = tieRealtime(base, calls, presence)
  const numberDeps = numberParts(base)
  const numbers = createNumbers(numberDeps)
  const webhookDeps: WebhookDeps = { ...base, outbound: createOutbound(base), webhookReach: base.webhookReach ?? 'public' }
  const webhooks = createWebhooks(webhookDeps)
  const topupDeps = topupParts(base, calls, referrals)
  const topups = createTopups(topupDeps)
  const withdrawalDeps = withdrawalParts(base, referrals)
  const withdrawals = createWithdrawals(withdrawalDeps)
  const identity = tieIdentity(base, { onKycLost: withdrawals.onKycLost, onIdentity: referrals.onIdentity, onErased: referrals.onErased })
  const jobs = [
    ...periodicJobs(base, calls, inbox),
    ...[topups, withdrawals, referrals, identity, numbers, webhooks].flatMap((one) => one.jobs),
  ]
  return {
    realtime,
    webhooks,
    proofs: callDeps.browser.proofs,
    jobs,
    numbers,
    callbacks: tieCallbacks(base, { calls, inbox, topups, withdrawals, identity }),
    handlers: {
      ...calls.handlers,
      ...waitingHandlers({ ...callDeps, isReachable: presence.isReachable }),
      ...numbers.handlers,
      ...topups.handlers,
      ...withdrawals.handlers,
      ...referrals.handlers,
      ...identity.handlers,
      [applyTask]: inbox.apply,
      ...periodicHandlers(jobs, clock),
    },
    urgentKinds: [
      ...calls.urgentKinds,
      ...topups.urgentKinds,
      ...withdrawals.urgentKinds,
      ...referrals.urgentKinds,
      ...identity.urgentKinds,
    ],
    slowKinds: [...calls.slowKinds, ...numbers.slowKinds, ...topups.slowKinds, ...withdrawals.slowKinds, ...identity.slowKinds],
    operations: [
      ...tenantOperations(tenantParts(base)),
      ...peopleOperations(base, calls, presence, presenceDeps, numbers, referrals, async (tx, tenantId, userId) => {
        await identity.forget(tx, tenantId, userId)
        await withdrawals.forgetUser(tx, tenantId, userId, clock.now())
      }),
      ...walletOperations(walletParts(base)),
      ...numberOperations(numberDeps),
      ...callOperations(callDeps),
      ...waitingOperations(callDeps),
      ...disputeOperations(callDeps),
      ...topupOperations(topupDeps),
      ...withdrawalOperations(withdrawalDeps),
      ...referralOperations(referralDeps),
      ...identity.operations,
      ...webhookOperations(webhookDeps),
      ...realtime.operations,
    ],
  }
}

/** The move's own answer says what the wallet holds: nothing is read again. */
const walletParts = ({ db, clock, cursors, fanOut }: Foundation): WalletDeps => ({
  db,
  clock,
  cursors,
  announceWallet: (tenantId, userId, balances) => fanOut.toUser(tenantId, userId, 'wallet.updated', balances),
})

const topupParts = (base: Foundation, calls: Calls, referrals: Referrals): TopupDeps => ({
  ...base,
  tasks: taskStore,
  news: base.fanOut,
  paymentsOf: (mode) => base.payments?.[mode],
  onWalletCredited: calls.credited,
  onMoney: referrals.onMoney('topup'),
})

function withdrawalParts(base: Foundation, { onPayee }: Referrals): WithdrawalDeps {
  return {
    ...base,
    tasks: taskStore,
    news: base.fanOut,
    payoutsOf: (mode) => base.payouts?.[mode],
    onPayee,
    standing: standingFrom(base),
  }
}

const tenantParts = ({ db, clock, cursors, directory, masterKey, payments, kyc }: Foundation): TenantDeps => ({
  db,
  clock,
  cursors,
  directory,
  masterKey,
  paidThrough: (mode) => payments?.[mode]?.name,
  kycGenerations: (mode) => generationsAmong(kyc?.[mode] ?? {}),
})

function numberParts({ db, clock, logger, cursors, directory, telephony, publicUrl, masterKey }: Foundation): NumberDeps {
  return {
    db,
    clock,
    logger,
    cursors,
    tasks: taskStore,
    providers: (mode) => Object.values(telephony.among(mode)).filter((one) => one !== undefined),
    modeOf: async (id) => ((await directory.tenant(id)) ?? fail('not_found')).mode,
    incomingUrl: (provider, mode) => `${publicUrl}${incomingPathOf(masterKey, provider, mode)}`,
  }
}
/** What one side of a browser call may send to the other's connections: a few descriptions at once, and then the paths that are found. */
const signalKilobytes = { perSecond: 16, burst: 200 }

function callParts(
  { db, bus, clock, logger, cursors, fanOut, telephony, publicUrl, masterKey, ice }: Foundation,
  referrals: Referrals,
  isConnected: CallDeps['isConnected'],
): CallDeps {
  return {
    db,
    clock,
    logger,
    cursors,
    isConnected,
    tasks: taskStore,
    news: fanOut,
    telephonyFor: telephony.forTenant,
    providersFor: telephony.amongFor,
    mayDial: dialLimit(bus, masterKey),
    publicUrl: () => publicUrl,
    masterKey,
    onMoney: referrals.onMoney('call'),
    walletsOf,
    browser: {
      ice: ice ?? { stunUrls: [], turn: undefined },
      proofs: createProofBook({ db, clock, logger, tasks: taskStore }),
      hearsSince: clock.now(),
      maySignal: async (side, kilobytes) => (await bus.take(side, signalKilobytes, kilobytes)).allowed,
    },
  }
}

function tieRealtime(base: Foundation, calls: Calls, presence: Presence): Realtime {
  const { db, auth, fanOut, limiter, trustedProxies } = base
  const walletOf = async ({ tenant, userId }: UserActor) =>
    (await db.transact(tenant.id, (tx) => balancesOf(tx, tenant.id, userId))) ?? null
  return createRealtime(
    {
      ...base,
      presence,
      onCallMessage: calls.hear,
      authenticateToken: auth.user,
      countGuess: async (error, ip) => {
        if (isGuess(error)) await limiter.failed(ip)
      },
      stillValid: auth.stillValid,
      originAllowed: auth.originAllowed,
      clientIp: (request) => clientIp(request, trustedProxies),
      snapshotOf: async (actor) => ({
        calls: await calls.openCallsOf(actor.tenant.id, actor.kind === 'user' ? actor.userId : undefined),
        wallet: actor.kind === 'user' ? await walletOf(actor) : null,
      }),
    },
    fanOut,
  )
}

function peopleOperations(
  base: Foundation,
  calls: Calls,
  presence: Presence,
  presenceDeps: PresenceDeps,
  numbers: Numbers,
  referrals: Referrals,
  forgetPerson: Identity['forget'],
): Operation[] {
  const { db, clock, cursors, directory, masterKey, fanOut } = base
  const users = userOperations({
    db,
    clock,
    cursors,
    directory,
    openWallet,
    referralPolicy: referrals.policyNow,
    redeemAtSignup: referrals.redeemAtSignup,
    onPersonChanged: referrals.onPersonChanged,
    leaveTraces: (tx, tenantId, userId, brought, now) => leaveTraces(base, tx, tenantId, userId, brought, now),
    virtualNumbers: (id, hostIds) => db.transact(id, (tx) => virtualNumbersOf(tx, id, hostIds)),
    letGoOfNumber: numbers.letGo,
    endWaits,
    forgetTraces: async (tx, tenantId, userId) => {
      await forgetWords(tx, tenantId, userId)
      await forgetPerson(tx, tenantId, userId)
    },
    presenceHint: fanOut.presenceHint,
    measureDay: (tx, tenantId, userId) => measureDay(tx, tenantId, userId, clock.now()),
    users: createUserStore(db.sequelize),
    statuses: async (id: TenantId, hostIds) => new Map((await presence.statuses(id, hostIds)).map((one) => [one.userId, one.status])),
    inCall: calls.inCall,
    mint: (tx, tenant, token) => mintToken(tx, tenant, masterKey, clock, token),
    revoke: fanOut.credentialsChanged,
  })
  return [...users, ...presenceOperations(presenceDeps)]
}

function periodicJobs(base: Foundation, calls: Calls, inbox: Inbox): PeriodicJob[] {
  const { db, clock, directory, masterKey, logger, fanOut } = base
  return [
    ...checkJobs(base),
    ...calls.jobs,
    ...purgeJobs({ db, clock, inbox }),
    { name: 'rotate-signing-keys', everyMs: 3_600_000, run: () => rotateDueKeys({ db, clock, directory, masterKey }) },
    ...ledgerJobs({ db, clock, logger }),
    ...walletJobs({ db, clock, logger, announceWallet: (id, userId, balances) => fanOut.toUser(id, userId, 'wallet.updated', balances) }),
  ]
}
