import { expect, it } from 'vitest'
import { startPlatform } from '../start-platform.ts'
import { friends, type Friend } from './friends.ts'
import { bringBy, days, referralOf } from './money-scene.ts'

it('what was begun when the process died is done by the next one: every reward once, and every link of a chain', async () => {
  const scene = await friends()
  const { platform: first, app } = scene
  const chain: Friend[] = [await scene.newcomer()]
  for (let n = 0; n < 5; n++) {
    const last = chain.at(-1)
    if (last !== undefined) chain.push(await bringBy(scene, last))
  }
  const [, bela] = chain
  if (bela === undefined) throw new Error('nobody came')
  await scene.policy({ release: { after: 'days', days: 1 } })
  const waiting = [await scene.newcomer()]
  for (const host of [...waiting]) waiting.push(await bringBy(scene, host), await bringBy(scene, host))
  const referralIds = await Promise.all([...chain.slice(1), ...waiting.slice(1)].map(async (who) => (await referralOf(app, who)).id))
  const { id: referralId } = await referralOf(app, bela)
  // Its request has been answered; those who hang on it are still to be undone, and so are the rewards of the next day to be given.
  await app.server.referrals.reverse({ referralId, reason: 'Found out', cascade: 'chain' })
  await first.crash()

  const second = await startPlatform({ beside: first })
  await second.advance(60, 10)
  await second.advance(days(1), days(1))
  const found = await scene.rows<{ id: string; status: string }>('select id, status from referrals')
  const statusOf = (id: string | undefined) => found.find((one) => one.id === id)?.status
  expect(referralIds.slice(0, 5).map(statusOf)).toEqual(Array.from({ length: 5 }, () => 'reversed'))
  expect(referralIds.slice(5).map(statusOf)).toEqual(['rewarded', 'rewarded'])
  const coins = await scene.rows<{ host_id: string; coins: string }>(
    `select u.host_id, a.balance::text as coins from ledger_accounts a join users u on u.tenant_id = a.tenant_id and u.id = a.user_id
     where a.name = 'bonus' and a.balance > 0 order by a.balance desc`,
  )
  expect(coins.map((one) => Number(one.coins))).toEqual([100, 50, 50])
  expect(await scene.rows(`select from ledger_transactions where type = 'referral'`)).toHaveLength(7)
  expect(await scene.rows(`select from ledger_transactions where type = 'referral_reversal'`)).toHaveLength(10)
  expect(await second.trialBalance()).toBe(0)
  await second.stop()
  await scene.stop()
  await first.twilio.close()
  await first.database.drop()
})
