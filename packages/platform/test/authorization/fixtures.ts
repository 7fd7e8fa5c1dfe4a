import { createServer } from '@impacthub/sdk/server'
import { newId } from '../../src/base/ids.ts'
import type { TestApp } from '../start-platform.ts'
import { buyers, fresh, freshUser, list, ownerOf, user, type Fixture, type OperationName } from './fixture.ts'
import { identityFixtures } from './identity-fixtures.ts'
import { referralFixtures } from './referral-fixtures.ts'
import { asker, callees, outsider, subjects, type Whose, type World } from './world.ts'

const peer = 'tab-of-nobody-0001'

const call: Fixture = { names: true, ownerOnly: true, send: ({ calls }, whose) => ({ params: { callId: calls[whose] } }) }
const change = (body: unknown): Fixture => ({ names: true, send: (_world, whose) => ({ params: { userId: subjects[whose] }, body }) })

const callers: Readonly<Record<Whose, string>> = { own: asker, otherUser: asker, otherApp: outsider, unknown: subjects.unknown }

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
  const phoneNumber = `+1415777${String(fresh()).padStart(4, '0')}`
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
  'users.put': { ok: [200, 201], send: () => ({ body: { userId: `made-${fresh()}`, displayName: 'Made' } }) },
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
  ...identityFixtures,
  ...referralFixtures,
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
      const phoneNumber = `+1415555${String(fresh()).padStart(4, '0')}`
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
