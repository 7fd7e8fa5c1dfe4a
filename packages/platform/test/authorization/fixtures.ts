import type { allTables } from '@impacthub/sdk/contract'
import { createServer } from '@impacthub/sdk/server'
import { newId } from '../../src/base/ids.ts'
import type { TestApp } from '../start-platform.ts'
import { openUpload, storedDocument } from './document-rows.ts'
import { openSubmission } from './submission-rows.ts'
import { canceledWithdrawal } from './withdrawal-rows.ts'
import { asker, callees, outsider, subjects, type Credential, type Whose, type World } from './world.ts'

type Tables = typeof allTables
/** `calls.create` and every other operation there is. */
export type OperationName = { [Area in keyof Tables]: `${Area}.${keyof Tables[Area] & string}` }[keyof Tables]

/** What a request names and carries. */
export interface Sent {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** How to ask a route for something of somebody, again and again. */
export interface Fixture {
  readonly send?: (world: World, whose: Whose, credential: Credential) => Sent | Promise<Sent>
  /** The request names one thing, which may be somebody else's. Without it the route answers everybody with their own. */
  readonly names?: true
  /** Only a party to it may see what it names; else every user of the app may. */
  readonly ownerOnly?: true
  /** What it names is public. */
  readonly public?: true
  /** Asks the provider first, and live mode has none here. */
  readonly needsProvider?: true
  /** Statuses of a request that was let through, when it is not the route's usual one. */
  readonly ok?: readonly number[]
}

const peer = 'tab-of-nobody-0001'

const user: Fixture = { names: true, send: (_world, whose) => ({ params: { userId: subjects[whose] } }) }
const call: Fixture = { names: true, ownerOnly: true, send: ({ calls }, whose) => ({ params: { callId: calls[whose] } }) }
const list: Fixture = {}
const change = (body: unknown): Fixture => ({ names: true, send: (_world, whose) => ({ params: { userId: subjects[whose] }, body }) })

const ownerOf = (world: World, whose: Whose): TestApp => (whose === 'otherApp' ? world.otherApp : world.app)

const callers: Readonly<Record<Whose, string>> = { own: asker, otherUser: asker, otherApp: outsider, unknown: subjects.unknown }

const buyers: Readonly<Record<Exclude<Whose, 'unknown'>, string>> = {
  own: asker,
  otherUser: subjects.otherUser,
  otherApp: subjects.otherApp,
}

let made = 0
const aboutCall = (ok: readonly number[], body?: unknown): Fixture => ({
  names: true,
  ownerOnly: true,
  ok,
  send: ({ calls }, whose) => ({ params: { callId: calls[whose] }, ...(body === undefined ? {} : { body }) }),
})
/** Somebody's dispute: the open one of their call, or a new one. */
const dispute = (ok: readonly number[], body?: unknown): Fixture => ({
  names: true,
  ok,
  async send(world, whose) {
    if (whose === 'unknown') return { params: { disputeId: newId('dsp') }, ...(body === undefined ? {} : { body }) }
    const { disputes, calls } = ownerOf(world, whose).server
    const callId = world.calls[whose]
    const known = (await disputes.list({ limit: 100 })).data.find((one) => one.callId === callId)
    const { id } = known ?? (await calls.dispute({ callId, reason: 'other' }))
    return { params: { disputeId: id }, ...(body === undefined ? {} : { body }) }
  },
})
/** Somebody's top-up, which nobody has paid. */
const topup = (ok: readonly number[], body?: unknown): Fixture => ({
  names: true,
  ownerOnly: true,
  ok,
  async send(world, whose) {
    const client = whose === 'unknown' ? undefined : (await ownerOf(world, whose).user(buyers[whose])).client
    const id = client === undefined ? newId('top') : (await client.topups.create({ packId: 'pack-100' })).id
    return { params: { topupId: id }, ...(body === undefined ? {} : { body }) }
  },
})
/** Somebody's withdrawal, which is over. */
const withdrawal = (ok: readonly number[], rest: Omit<Sent, 'params'> = {}): Fixture => ({
  names: true,
  ownerOnly: true,
  ok,
  async send(world, whose) {
    const id = whose === 'unknown' ? newId('wdr') : await canceledWithdrawal(world.platform, ownerOf(world, whose), buyers[whose])
    return { params: { withdrawalId: id }, ...rest }
  },
})
/** Somebody's submission, which a reviewer has not decided when it is first asked about. */
const submission = (ok: readonly number[], rest: Omit<Sent, 'params'> = {}): Fixture => ({
  names: true,
  ok,
  async send(world, whose) {
    const id = whose === 'unknown' ? newId('kyc') : await openSubmission(world.platform, ownerOf(world, whose), subjects[whose])
    return { params: { submissionId: id }, ...rest }
  },
})
const identity = { type: 'pan', number: 'AAAPZ1234C', name: 'Asha Rao', dateOfBirth: '1990-01-01' }
/** Somebody of whom nothing is wanted afterwards. */
const freshUser: Fixture = {
  names: true,
  async send(world, whose) {
    if (whose === 'unknown') return { params: { userId: subjects.unknown } }
    const userId = `fresh-${++made}`
    await ownerOf(world, whose).server.users.put({ userId, displayName: 'Fresh' })
    return { params: { userId } }
  },
}

const freshKey = (body?: unknown): Fixture => ({
  names: true,
  async send(world, whose) {
    const keyId = whose === 'unknown' ? newId('key') : (await ownerOf(world, whose).server.keys.create({ kind: 'publishable' })).id
    return { params: { keyId }, ...(body === undefined ? {} : { body }) }
  },
})

const hook = { url: 'https://hooks.example/connect', types: ['user.created'] as ['user.created'] }

/** An endpoint of nobody else's interest, or none. An app has few: each goes when the next one comes. */
const lastHooks = new Map<TestApp, string>()
async function freshHook(world: World, whose: Whose): Promise<string> {
  if (whose === 'unknown') return newId('whe')
  const app = ownerOf(world, whose)
  const last = lastHooks.get(app)
  if (last !== undefined) await app.server.webhookEndpoints.delete({ endpointId: last }).catch(() => undefined)
  const { id } = await app.server.webhookEndpoints.create(hook)
  lastHooks.set(app, id)
  return id
}

const endpoint = (body?: unknown): Fixture => ({
  names: true,
  send: async (world, whose) => ({ params: { endpointId: await freshHook(world, whose) }, ...(body === undefined ? {} : { body }) }),
})

async function eventOf(world: World, whose: Whose): Promise<string> {
  if (whose === 'unknown') return newId('evt')
  const endpointId = await freshHook(world, whose)
  return (await ownerOf(world, whose).server.webhookEndpoints.test({ endpointId })).id
}

async function freshNumber(world: World, whose: Whose): Promise<{ id: string; phoneNumber: string }> {
  const phoneNumber = `+1415777${String(++made).padStart(4, '0')}`
  if (whose === 'unknown') return { id: newId('num'), phoneNumber }
  world.platform.twilio.control.ownNumber(phoneNumber)
  return ownerOf(world, whose).server.numbers.create({ phoneNumber })
}

const number: Fixture = { names: true, send: async (world, whose) => ({ params: { numberId: (await freshNumber(world, whose)).id } }) }

/** A transaction of somebody whose wallet is as full afterwards as it was before. */
async function coinsOnceHeld(world: World, whose: Whose, userId: string): Promise<string> {
  if (whose === 'unknown') return newId('txn')
  const { wallets } = ownerOf(world, whose).server
  const given = await wallets.credit({ userId, coins: 1, reason: 'Test' })
  await wallets.debit({ userId, coins: 1, reason: 'Test' })
  return given.transaction.id
}

const papers = new Map<string, Promise<string>>()
/** Somebody's document or upload, which is theirs alone. `used`: it is gone afterwards. */
const paper = (name: 'documentId' | 'uploadId', ok: readonly number[], { used, ...more }: Sent & { used?: true } = {}): Fixture => ({
  names: true,
  ownerOnly: true,
  ok,
  async send(world, whose) {
    if (whose === 'unknown') return { ...more, params: { ...more.params, [name]: newId(name === 'uploadId' ? 'upl' : 'doc') } }
    const make = name === 'uploadId' ? openUpload : storedDocument
    const known = used === true ? undefined : papers.get(`${name} ${whose}`)
    const made = known ?? make(world.platform, ownerOf(world, whose), buyers[whose])
    if (used !== true) papers.set(`${name} ${whose}`, made)
    return { ...more, params: { ...more.params, [name]: await made } }
  },
})

/** A route that is not here fails the test: nobody has said yet what it names. */
export const fixtures: Readonly<Record<OperationName, Fixture>> = {
  'app.get': list,
  'app.update': { send: () => ({ body: {} }) },
  'app.rotateSigningKey': list,
  'app.jwks': {
    names: true,
    public: true,
    send: (world, whose) => ({ params: { appId: whose === 'unknown' ? newId('app') : ownerOf(world, whose).app.appId, mode: 'test' } }),
  },
  'keys.create': { send: () => ({ body: { kind: 'publishable' } }) },
  'keys.list': list,
  'keys.roll': freshKey({}),
  'keys.revoke': freshKey(),
  'users.put': { ok: [200, 201], send: () => ({ body: { userId: `made-${++made}`, displayName: 'Made' } }) },
  'users.list': list,
  'users.get': user,
  'users.delete': freshUser,
  'users.createToken': change({}),
  'users.signOut': freshUser,
  'users.setBlocked': change({ blocked: false }),
  'presence.get': { send: (_world, whose) => ({ query: `userIds=${subjects[whose]}` }) },
  'presence.set': {
    names: true,
    // With a user token the body names nobody: the token does.
    send: (_world, whose, { standing }) => ({
      body: { availability: 'auto', ...(standing === 'user' ? {} : { userId: subjects[whose] }) },
    }),
  },
  'calls.create': {
    names: true,
    needsProvider: true,
    ok: [402], // let through to the wallet, which is empty
    send: (_world, whose, { standing }) => ({
      body: {
        calleeId: callees[whose],
        ...(standing === 'user' ? {} : { callerId: callers[whose] }),
      },
    }),
  },
  'calls.list': list,
  'calls.get': call,
  'calls.end': call,
  'calls.missed': list,
  'calls.seeMissed': list,
  // Let through to the call, which nobody answered and which cost nothing.
  'calls.rate': aboutCall([409], { score: 5 }),
  'calls.ratings': call,
  'calls.receipt': call,
  'calls.dispute': aboutCall([201, 409], { reason: 'other' }),
  'calls.refund': aboutCall([409], { reason: 'Test' }),
  'disputes.list': list,
  'disputes.get': dispute([200]),
  'disputes.resolve': dispute([200, 409], { outcome: 'reject', note: 'Test' }),
  'waiting.join': user,
  'waiting.leave': user,
  'waiting.list': list,
  // The calls of this world are on phones and over: who may ask is told so.
  'calls.accept': { ...call, ok: [409], send: ({ calls }, whose) => ({ params: { callId: calls[whose] }, body: {} }) },
  'calls.decline': call,
  'calls.iceServers': { ...call, ok: [409] },
  'calls.sendSignals': {
    ...call,
    ok: [409],
    send: ({ calls }, whose) => ({ params: { callId: calls[whose] }, body: { peer, signals: [{ kind: 'bye' }] } }),
  },
  'calls.sendProof': {
    ...call,
    ok: [409],
    send: ({ calls }, whose) => ({ params: { callId: calls[whose] }, body: { peer, media: 'connecting', bytesReceived: 0 } }),
  },
  'wallets.get': user,
  'wallets.listTransactions': user,
  'wallets.listWalletTransactions': user,
  'wallets.getTransaction': {
    names: true,
    send: async (world, whose) => ({
      params: { userId: subjects[whose], transactionId: await coinsOnceHeld(world, whose, subjects[whose]) },
    }),
  },
  'wallets.listHolds': user,
  'wallets.credit': change({ coins: 1, reason: 'Test' }),
  'wallets.debit': change({ coins: 1, reason: 'Test' }),
  'wallets.creditMany': {
    names: true,
    send: (_world, whose) => ({
      body: { mode: 'all', credits: [{ key: newId('req'), userId: subjects[whose], coins: 1, reason: 'Test' }] },
    }),
  },
  'ledger.listAccounts': list,
  'ledger.listTransactions': list,
  'ledger.reverse': {
    names: true,
    async send(world, whose) {
      if (whose === 'unknown') return { params: { transactionId: newId('txn') }, body: { reason: 'Test' } }
      const credited = await ownerOf(world, whose).server.wallets.credit({ userId: subjects[whose], coins: 1, reason: 'Test' })
      return { params: { transactionId: credited.transaction.id }, body: { reason: 'Test' } }
    },
  },
  'topups.create': { needsProvider: true, send: () => ({ body: { packId: 'pack-100' } }) },
  'topups.confirm': topup([400], { paymentId: 'pay_none', orderId: 'order_none', signature: 'none' }),
  'topups.list': list,
  'topups.get': topup([200]),
  'topups.refund': topup([409], { reason: 'Test' }),
  // Let through, and then refused: nobody here is verified.
  'withdrawals.create': { ok: [403], send: () => ({ body: { coins: 10, payee: { type: 'upi', vpa: 'success@upi' } } }) },
  'withdrawals.terms': list,
  'withdrawals.list': list,
  'withdrawals.statement': {
    names: true,
    ownerOnly: true,
    send: (_world, whose) => ({ query: `year=2025&userId=${whose === 'unknown' ? subjects.unknown : buyers[whose]}` }),
  },
  'withdrawals.get': withdrawal([200]),
  'withdrawals.cancel': withdrawal([409]),
  'withdrawals.approve': withdrawal([409], { body: {} }),
  'withdrawals.reject': withdrawal([409], { body: { reason: 'Test' } }),
  'withdrawals.markPaid': withdrawal([409], { body: { bankReference: 'UTR0001' } }),
  'withdrawals.payee': withdrawal([200], { query: 'reason=Test' }),
  'kyc.get': list,
  'kyc.getNotice': list,
  'kyc.consent': { ok: [409], send: () => ({ body: { version: '0', language: 'en' } }) },
  'kyc.withdrawConsent': list,
  // Let through to the number, which is none.
  'kyc.submit': {
    ok: [400],
    send: () => ({ body: { ...identity, number: '1', documentIds: [newId('doc')], consent: { version: '0', language: 'en' } } }),
  },
  // Let through also where as many wait as may.
  'kycUploads.create': { ok: [201, 409], send: () => ({ body: { type: 'pan', length: 9, fileName: 'a.jpg', fileType: 'image/jpeg' } }) },
  'kycUploads.get': paper('uploadId', [200]),
  'kycUploads.append': paper('uploadId', [204], {
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
  }),
  'kycUploads.finish': paper('uploadId', [409], { body: {} }),
  'kycUploads.cancel': paper('uploadId', [204], { used: true }),
  // Let through, and then refused: this is no form.
  'kycDocuments.create': { ok: [415], send: () => ({ body: {} }) },
  'kycDocuments.list': list,
  'kycDocuments.delete': paper('documentId', [204], { used: true }),
  'kycDocuments.getPage': paper('documentId', [200], { params: { page: '1' }, query: 'reason=Test' }),
  'kyc.getOfUser': user,
  'kyc.erase': freshUser,
  'kyc.listSubmissions': list,
  'kyc.getSubmission': submission([200]),
  'kyc.review': submission([200, 409], { body: { decision: 'reject', reasons: ['other'] } }),
  'kyc.listAudit': list,
  'kyc.export': { send: () => ({ query: 'reason=Test' }) },
  'numbers.list': list,
  'numbers.search': { needsProvider: true, send: () => ({ query: 'country=US&limit=1' }) },
  'numbers.get': number,
  'numbers.remove': number,
  'numbers.assign': {
    names: true,
    send: async (world, whose) => {
      const { phoneNumber } = await freshNumber(world, whose)
      return { params: { userId: subjects[whose] }, body: { phoneNumber } }
    },
  },
  'numbers.unassign': user,
  'numbers.create': {
    needsProvider: true,
    send({ platform }) {
      const phoneNumber = `+1415555${String(++made).padStart(4, '0')}`
      platform.twilio.control.ownNumber(phoneNumber)
      return { body: { phoneNumber } }
    },
  },
  'webhookEndpoints.create': {
    async send(world, _whose, { outside }) {
      // Whoever is let in has room for one more.
      const app = outside === 'otherApp' ? world.otherApp : world.app
      const server =
        outside === 'liveMode' ? createServer({ baseUrl: world.platform.url, secretKey: app.app.modes.live.secretKey }) : app.server
      for (const { id } of (await server.webhookEndpoints.list()).data) await server.webhookEndpoints.delete({ endpointId: id })
      return { body: hook }
    },
  },
  'webhookEndpoints.list': list,
  'webhookEndpoints.get': endpoint(),
  'webhookEndpoints.update': endpoint({}),
  'webhookEndpoints.delete': endpoint(),
  'webhookEndpoints.rollSecret': endpoint({}),
  'webhookEndpoints.test': endpoint(),
  'events.list': list,
  'events.get': { names: true, send: async (world, whose) => ({ params: { eventId: await eventOf(world, whose) } }) },
  'events.redeliver': { names: true, send: async (world, whose) => ({ params: { eventId: await eventOf(world, whose) }, body: {} }) },
  'realtime.createTicket': list,
  'realtime.poll': { send: () => ({ query: 'waitSeconds=0' }) },
  'me.get': list,
  'me.update': { send: () => ({ body: {} }) },
  'me.listBlocks': list,
  'me.block': user,
  'me.unblock': user,
  'wallet.get': list,
  'wallet.listTransactions': list,
  'wallet.getTransaction': {
    names: true,
    ownerOnly: true,
    send: async (world, whose) => ({
      params: { transactionId: await coinsOnceHeld(world, whose, whose === 'own' ? asker : subjects[whose]) },
    }),
  },
  'wallet.listHolds': list,
}
