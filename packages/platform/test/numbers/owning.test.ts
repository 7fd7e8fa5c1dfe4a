import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProgress, pair, phone, settled, until } from '../calls/scene.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../start-platform.ts'

let here: TestPlatform
let app: TestApp
let other: TestApp
beforeAll(async () => {
  here = await startPlatform()
  app = await here.app('One')
  other = await here.app('Other')
})
afterAll(() => here.stop())

let made = 0
async function add(of: TestApp = app, country: 'US' | 'GB' = 'US') {
  const digits = String(++made).padStart(4, '0')
  const phoneNumber = country === 'US' ? `+1628555${digits}` : `+4420716${digits}5`
  here.twilio.control.ownNumber(phoneNumber)
  return of.server.numbers.create({ phoneNumber })
}
const numberOf = async (userId: string, of: TestApp = app) => (await of.server.users.get({ userId })).virtualNumber
const read = (numberId: string, of: TestApp = app) => of.server.numbers.get({ numberId })
let people = 0
async function person(of: TestApp = app, wish: Parameters<TestApp['user']>[1] = {}) {
  return of.user(`person-${++people}`, { phone: phone(), ...wish })
}
const day = 24 * 3_600
const refused = (code: string, status: number): unknown => expect.objectContaining({ code, status })

async function audited(subject: string): Promise<string[]> {
  const client = new pg.Client(here.database.connection)
  await client.connect()
  const { rows } = await client.query<{ action: string }>('select action from audit where subject = $1 order by id', [subject])
  await client.end()
  return rows.map(({ action }) => action)
}

describe('a user’s own number', () => {
  it('is given by name, shown in their record and on calls to them', async () => {
    const { caller, callee } = await pair(app)
    const number = await add()
    const given = await app.server.numbers.assign({ userId: callee.userId, numberId: number.id })
    expect(given).toMatchObject({ id: number.id, userId: callee.userId, status: 'active' })
    expect(await numberOf(callee.userId)).toBe(number.phoneNumber)
    expect((await callee.client.me.get()).virtualNumber).toBe(number.phoneNumber)
    expect((await app.server.users.list()).data.find(({ userId }) => userId === callee.userId)?.virtualNumber).toBe(number.phoneNumber)
    expect((await app.server.numbers.list({ userId: callee.userId })).data).toMatchObject([{ id: number.id }])
    const call = await caller.client.calls.create({ calleeId: callee.userId })
    expect(call.number).toBe(number.phoneNumber)
    await app.server.calls.end({ callId: call.id })
    await until(here, app, call.id, settled)
    expect(await audited(number.id)).toEqual(['number.added', 'number.assigned'])
    // Nobody else’s calls show it.
    const stranger = await pair(app)
    const theirs = await stranger.caller.client.calls.create({ calleeId: stranger.callee.userId })
    expect(theirs.number).not.toBe(number.phoneNumber)
    await app.server.calls.end({ callId: theirs.id })
    await until(here, app, theirs.id, settled)
  })

  it('is the same when that is asked again, and one number has one owner', async () => {
    const [one, two] = [await person(), await person()]
    const number = await add()
    const wish = { userId: one.userId, phoneNumber: number.phoneNumber }
    const answers = await Promise.all([1, 2, 3].map(() => app.server.numbers.assign(wish)))
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([number.id]))
    expect(await audited(number.id)).toEqual(['number.added', 'number.assigned'])
    expect((await app.server.numbers.assign({ userId: one.userId })).id).toBe(number.id)
    await expect(app.server.numbers.assign({ userId: two.userId, numberId: number.id })).rejects.toEqual(refused('conflict', 409))
  })

  it('goes to one of two who are given it at once', async () => {
    const [one, two] = [await person(), await person()]
    const { id: numberId } = await add()
    const given = await Promise.allSettled([one, two].map(({ userId }) => app.server.numbers.assign({ userId, numberId })))
    expect(given.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('is the best free one unless it is named: of their country, and never the last that all share', async () => {
    const shop = await here.app('Shop')
    const [first] = (await shop.server.numbers.list()).data
    const british = await person(shop, { phone: '+447400123456' })
    await expect(shop.server.numbers.assign({ userId: british.userId })).rejects.toEqual(refused('no_free_number', 409))
    const [gb, us] = [await add(shop, 'GB'), await add(shop)]
    expect(gb.country).toBe('GB')
    expect((await shop.server.numbers.assign({ userId: british.userId })).id).toBe(gb.id)
    const others = await Promise.all([person(shop), person(shop)])
    const given = await Promise.allSettled(others.map(({ userId }) => shop.server.numbers.assign({ userId })))
    expect(given.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    // By name it is theirs all the same; then the app has none for other calls.
    const left = (await shop.server.numbers.list()).data.find(({ userId }) => userId === null)
    expect([first?.id, us.id]).toContain(left?.id)
    const last = others[given.findIndex(({ status }) => status === 'rejected')]
    await shop.server.numbers.assign({ userId: last?.userId ?? '', numberId: left?.id ?? '' })
    const two = await pair(shop)
    await expect(two.caller.client.calls.create({ calleeId: two.callee.userId })).rejects.toEqual(refused('no_caller_id', 409))
  })

  it('cools down when it is taken back, then is free for anybody', async () => {
    const [one, two] = [await person(), await person()]
    const { id: numberId } = await add()
    await app.server.numbers.assign({ userId: one.userId, numberId })
    await app.server.numbers.unassign({ userId: one.userId })
    await app.server.numbers.unassign({ userId: one.userId })
    expect(await numberOf(one.userId)).toBeNull()
    expect(await read(numberId)).toMatchObject({
      status: 'cooling',
      coolingUntil: new Date(here.held.now() + day * 1_000).toISOString(),
      userId: null,
    })
    expect((await app.server.numbers.list({ status: 'cooling', limit: 100 })).data.map(({ id }) => id)).toContain(numberId)
    await expect(app.server.numbers.assign({ userId: two.userId, numberId })).rejects.toEqual(refused('conflict', 409))
    await here.advance(day, 3_600)
    expect(await read(numberId)).toMatchObject({ status: 'active', coolingUntil: null })
    expect((await app.server.numbers.assign({ userId: two.userId, numberId })).userId).toBe(two.userId)
    expect(await audited(numberId)).toEqual(['number.added', 'number.assigned', 'number.unassigned', 'number.assigned'])
  })

  it('is changed for another, and the one before cools down', async () => {
    const one = await person()
    const [before, now] = [await add(), await add()]
    await app.server.numbers.assign({ userId: one.userId, numberId: before.id })
    await app.server.numbers.assign({ userId: one.userId, numberId: now.id })
    expect(await numberOf(one.userId)).toBe(now.phoneNumber)
    expect(await read(before.id)).toMatchObject({ status: 'cooling', userId: null })
  })

  it('stays while a call shows it, and goes with its user', async () => {
    const { caller, callee } = await pair(app)
    const number = await add()
    await app.server.numbers.assign({ userId: callee.userId, numberId: number.id })
    const call = await caller.client.calls.create({ calleeId: callee.userId })
    await until(here, app, call.id, inProgress)
    const change = refused('number_in_call', 409)
    await expect(app.server.numbers.unassign({ userId: callee.userId })).rejects.toEqual(change)
    await expect(app.server.numbers.remove({ numberId: number.id })).rejects.toEqual(change)
    await app.server.calls.end({ callId: call.id })
    await until(here, app, call.id, settled)
    await app.server.users.delete({ userId: callee.userId })
    expect(await read(number.id)).toMatchObject({ status: 'cooling', userId: null })
  })

  it('is no other app’s, and no other app’s user gets one', async () => {
    const [one, theirs] = [await person(), await person(other)]
    const [mine, foreign] = [await add(), await add(other)]
    for (const wish of [
      { numberId: foreign.id },
      { phoneNumber: foreign.phoneNumber },
      { numberId: mine.id, phoneNumber: foreign.phoneNumber },
    ])
      await expect(app.server.numbers.assign({ userId: one.userId, ...wish })).rejects.toEqual(refused('invalid_request', 400))
    await expect(app.server.numbers.assign({ userId: theirs.userId, numberId: mine.id })).rejects.toEqual(refused('not_found', 404))
    await expect(app.server.numbers.unassign({ userId: theirs.userId })).rejects.toEqual(refused('not_found', 404))
    expect(await numberOf(one.userId)).toBeNull()
  })
})

describe('a number that is taken out of the app', () => {
  it('is given to nobody any more, and gone after the cool-down; the account keeps it', async () => {
    const [owner, another] = [await person(), await person()]
    const number = await add()
    await app.server.numbers.assign({ userId: owner.userId, numberId: number.id })
    const leaving = await app.server.numbers.remove({ numberId: number.id })
    expect(leaving).toMatchObject({ status: 'cooling', leaving: 'keep', userId: null })
    expect(await app.server.numbers.remove({ numberId: number.id })).toEqual(leaving)
    expect(await numberOf(owner.userId)).toBeNull()
    await expect(app.server.numbers.assign({ userId: another.userId, numberId: number.id })).rejects.toEqual(refused('conflict', 409))
    await here.advance(day + 10, 3_600)
    await expect(read(number.id)).rejects.toEqual(refused('not_found', 404))
    await expect(app.server.numbers.remove({ numberId: number.id })).rejects.toEqual(refused('not_found', 404))
    expect(await audited(number.id)).toEqual(['number.added', 'number.assigned', 'number.removed'])
    // Another app may have it now.
    expect((await other.server.numbers.create({ phoneNumber: number.phoneNumber })).phoneNumber).toBe(number.phoneNumber)
  })

  it('is given back to the provider when that is asked, though the provider does not hear it at first', async () => {
    const number = await add()
    expect(await app.server.numbers.remove({ numberId: number.id, atProvider: 'release' })).toMatchObject({ leaving: 'release' })
    here.twilio.control.faultApi({ action: 'lose-answer', method: 'DELETE', times: 1 })
    await here.advance(day + 60, 3_600)
    await here.advance(120, 10)
    here.twilio.control.clearFaults()
    await expect(read(number.id)).rejects.toEqual(refused('not_found', 404))
    await expect(app.server.numbers.create({ phoneNumber: number.phoneNumber })).rejects.toEqual(refused('invalid_request', 400))
  })

  it('stays when it is added again meanwhile', async () => {
    const number = await add()
    await app.server.numbers.remove({ numberId: number.id, atProvider: 'release' })
    expect(await app.server.numbers.create({ phoneNumber: number.phoneNumber })).toMatchObject({
      id: number.id,
      leaving: null,
      status: 'cooling',
    })
    await here.advance(day + 60, 3_600)
    expect(await read(number.id)).toMatchObject({ status: 'active' })
  })

  it('is no other app’s to take', async () => {
    const number = await add()
    await expect(other.server.numbers.remove({ numberId: number.id })).rejects.toEqual(refused('not_found', 404))
    await expect(read(number.id, other)).rejects.toEqual(refused('not_found', 404))
    expect(await read(number.id)).toMatchObject({ status: 'active' })
  })
})
