import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { callOf, settled, until } from '../calls/scene.ts'
import { startPlatform } from '../start-platform.ts'
import { bonusOf, friends, type Friend, type Friends } from './friends.ts'
import { bringBy, buy, days, razorpayOf, referralOf } from './money-scene.ts'

let scene: Friends
beforeAll(async () => {
  scene = await friends({ razorpay: true })
})
afterAll(async () => {
  expect(await scene.platform.trialBalance()).toBe(0)
  await scene.stop()
})

const statusOf = async (who: Friend) => (await referralOf(scene.app, who)).status
const eventsOf = async (who: Friend) => {
  const { history } = await referralOf(scene.app, who)
  return history.map(({ event }) => event)
}

describe('after a first top-up', () => {
  beforeEach(() => scene.policy({ release: { after: 'topup', amount: 9_900, withinDays: 30 }, holdDays: 7 }))

  it('both have their coins when the money has stayed for so many days', async () => {
    const asha = await scene.newcomer()
    const bela = await bringBy(scene, asha)
    await scene.platform.quiet()
    expect(await bela.client.referral.get()).toMatchObject({ redemption: { status: 'pending', coins: 50 } })
    const { topupId } = await buy(scene, bela)
    expect(await referralOf(scene.app, bela)).toMatchObject({ status: 'pending' })
    expect(await eventsOf(bela)).toEqual(['accept', 'meet'])
    expect(await bonusOf(bela)).toBe(0)
    await scene.platform.advance(days(7), days(7))
    expect([await bonusOf(asha), await bonusOf(bela)]).toEqual([50, 50])
    expect(await eventsOf(bela)).toEqual(['accept', 'meet', 'reward'])
    const [row] = await scene.rows<{ met_by: string }>(
      'select met_by from referrals where referee_id = (select id from users where host_id = $1)',
      [bela.userId],
    )
    expect(row?.met_by).toBe(topupId)
  })

  it('nobody has any when the money went back meanwhile, nor when it never came', async () => {
    const asha = await scene.newcomer()
    const [bela, chand] = [await bringBy(scene, asha), await bringBy(scene, asha)]
    const { topupId } = await buy(scene, bela)
    await scene.app.server.topups.refund({ topupId, reason: 'Asked for it' })
    await scene.platform.quiet()
    expect(await eventsOf(bela)).toEqual(['accept', 'meet', 'meet'])
    await scene.platform.advance(days(30), days(30))
    expect([await statusOf(bela), await statusOf(chand)]).toEqual(['expired', 'expired'])
    expect([await bonusOf(asha), await bonusOf(bela)]).toEqual([0, 0])
    expect(await chand.client.referral.get()).toMatchObject({ redemption: { status: 'closed' }, canRedeem: false })
    // Too late.
    await buy(scene, chand)
    expect(await statusOf(chand)).toBe('expired')
  })

  it('waits while a bank disputes the payment, and goes by what comes of it', async () => {
    const asha = await scene.newcomer()
    const { control } = razorpayOf(scene.platform)
    const [won, lost] = [await bringBy(scene, asha), await bringBy(scene, asha)]
    const disputes: string[] = []
    for (const who of [won, lost]) {
      const { paymentId } = await buy(scene, who)
      disputes.push(control.dispute(paymentId))
    }
    await scene.platform.advance(days(31), days(31))
    expect([await statusOf(won), await statusOf(lost)]).toEqual(['pending', 'pending'])
    const [first = '', second = ''] = disputes
    control.moveDispute(first, 'won')
    control.moveDispute(second, 'lost')
    await scene.platform.quiet()
    expect([await statusOf(won), await statusOf(lost)]).toEqual(['rewarded', 'expired'])
    expect(await bonusOf(asha)).toBe(50)
  })

  it('counts one that was paid before the code was entered', async () => {
    await scene.policy({ release: { after: 'topup', amount: 9_900, withinDays: 30 } })
    const [asha, bela] = [await scene.newcomer(), await scene.newcomer()]
    await buy(scene, bela)
    await bela.client.referral.redeem({ code: asha.code, deviceId: bela.deviceId })
    await scene.platform.quiet()
    expect([await bonusOf(asha), await bonusOf(bela)]).toEqual([50, 50])
  })

  it('gives them once, however often and to however many processes it is told', async () => {
    await scene.policy({ release: { after: 'topup', amount: 9_900, withinDays: 30 } })
    const other = await startPlatform({ beside: scene.platform })
    const asha = await scene.newcomer()
    const bela = await bringBy(scene, asha)
    const { id } = await referralOf(scene.app, bela)
    const [tenant] = await scene.rows<{ tenant_id: number }>('select tenant_id from referrals where id = $1', [id])
    await buy(scene, bela)
    for (let n = 0; n < 10; n++) {
      // Told anew, as by an event that comes again.
      await scene.rows(
        `insert into tasks (tenant_id, kind, subject, payload, run_at) values ($1, 'referral.release', $2, '{}', $3)
         on conflict (tenant_id, kind, subject) do update set run_at = excluded.run_at`,
        [tenant?.tenant_id, id, new Date(scene.platform.held.now())],
      )
      await Promise.all([scene.platform.moveOn(1), other.quiet()])
    }
    await other.stop()
    expect([await bonusOf(asha), await bonusOf(bela)]).toEqual([50, 50])
    expect(await eventsOf(bela)).toEqual(['accept', 'reward'])
  })
})

describe('after a first call', () => {
  it('is one that the new user has paid for, and that was long enough', async () => {
    await scene.policy({ release: { after: 'call', minutes: 2, withinDays: 10 } })
    const asha = await scene.newcomer()
    const bela = await bringBy(scene, asha)
    const talk = async (seconds: string) => {
      const caller = await scene.app.user(bela.userId, { phone: '+919712340000', coins: 10 })
      const callee = await scene.app.user(`callee-${seconds}`, { phone: `+91971235${seconds}`, availability: 'always' })
      const { id } = await callOf({ caller, callee, callerPhone: '', calleePhone: '' })
      await until(scene.platform, scene.app, id, settled)
      await scene.platform.quiet()
    }
    await talk('1119')
    expect(await statusOf(bela)).toBe('pending')
    await talk('1125')
    expect(await statusOf(bela)).toBe('rewarded')
    expect([await bonusOf(asha), await bonusOf(bela)]).toEqual([50, 50])
  }, 60_000)
})

describe('after some days', () => {
  it('is judged again by what has come out until then', async () => {
    await scene.policy({ release: { after: 'days', days: 3 }, holdDays: 1 })
    const asha = await scene.newcomer()
    const [bela, chand] = [await bringBy(scene, asha), await bringBy(scene, asha)]
    await scene.app.server.users.setBlocked({ userId: chand.userId, blocked: true })
    await scene.platform.quiet()
    expect(await referralOf(scene.app, chand)).toMatchObject({ status: 'review', reasons: [{ check: 'blocked', effect: 'review' }] })
    await scene.platform.advance(days(3), days(3))
    expect(await statusOf(bela)).toBe('pending')
    await scene.platform.advance(days(1), days(1))
    expect(await statusOf(bela)).toBe('rewarded')
    const { id } = await referralOf(scene.app, chand)
    await scene.app.server.referrals.review({ referralId: id, decision: 'approve', note: 'Blocked by mistake' })
    await scene.platform.quiet()
    // What a person has let pass is not held against them again.
    expect(await statusOf(chand)).toBe('rewarded')
  })

  it('comes to nothing when one of the two is gone', async () => {
    await scene.policy({ release: { after: 'days', days: 1 } })
    const asha = await scene.newcomer()
    const bela = await bringBy(scene, asha)
    const { id: referralId } = await referralOf(scene.app, bela)
    await scene.app.server.users.delete({ userId: asha.userId })
    await scene.platform.advance(days(1), days(1))
    expect(await scene.app.server.referrals.get({ referralId })).toMatchObject({ status: 'refused', transactionId: null })
    expect(await bonusOf(bela)).toBe(0)
  })
})
