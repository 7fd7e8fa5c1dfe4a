import { timeOf } from '../db/shared-time.ts'
import { taskStore } from '../db/tasks-store.ts'
import { parkedTable, settleParked } from '../features/calls/index.ts'
import { moneyHook } from '../features/referrals/index.ts'
import { misused, say, withDb, type CommandGroup, type Here } from './command.ts'

export const callCommands: CommandGroup = {
  usage: `
  parked-calls         list the calls whose coins stay held because they could not be settled
  settle-call CALL_ID SECONDS REASON
                       settle a parked call for so many connected seconds`,
  commands: {
    'parked-calls': (_args, here) => withDb(here, async (db) => say(here, await parkedTable(db))),
    'settle-call': (args, here) => settleOne(args, here),
  },
}

async function settleOne([callId, seconds, ...words]: readonly string[], here: Here): Promise<number> {
  const reason = words.join(' ')
  if (callId === undefined || seconds === undefined || !/^\d{1,6}$/.test(seconds) || reason === '')
    return misused('a call, its seconds and a reason are needed')
  return withDb(here, async (db) => {
    const now = new Date(await timeOf(db))
    const deps = { db, clock: { now: () => now }, tasks: taskStore, onMoney: moneyHook({ tasks: taskStore })('call') }
    const call = await settleParked(deps, { callId, connectedSeconds: Number(seconds), reason })
    return say(here, `${call.id} is settled: ${call.chargedCoins} of ${call.heldCoins} held coins charged, ${call.earnedCoins} earned.`)
  })
}
