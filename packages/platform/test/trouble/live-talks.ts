import { createClient } from '@impacthub/sdk'
import type { ConnectServer } from '@impacthub/sdk/server'
import type { Demo } from '../../src/embedded/demo.ts'
import { accept, connect, newPeer, prove, ring, type BrowserPair, type Talker } from '../calls/browser-scene.ts'

/** Calls between two browsers with a platform that is a process of its own, in real time. */

export interface Proved {
  readonly id: string
  /** What was surely written down before the end: proofs are written once a second. */
  readonly atLeast: number
  readonly atMost: number
}

export interface Talks {
  /** Both sides fall silent; what each call may be charged for. */
  stop(): Proved[]
}

export interface TalkTerms {
  readonly coins: number
  readonly rate: { coins: number; seconds: number }
}

/** Every second, as tabs do it; a platform that is gone is no concern of theirs. */
const proveEveryMs = 1_000

export async function startTalks(demo: Demo, server: ConnectServer, count: number, { coins, rate }: TalkTerms): Promise<Talks> {
  const here = { url: demo.platformUrl }
  const talker = async (userId: string, rest: { rate?: TalkTerms['rate'] }): Promise<Talker> => {
    await server.users.put({ userId, displayName: userId, phone: null, ...rest })
    const token = async () => (await server.users.createToken({ userId })).token
    const client = createClient({ baseUrl: here.url, publishableKey: demo.publishableKey, getToken: token })
    return { userId, token, client, peer: newPeer(), live: await connect(here, { userId, token, client }) }
  }
  const talking = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const two: BrowserPair = { caller: await talker(`web-caller-${n}`, {}), callee: await talker(`web-callee-${n}`, { rate }) }
      await server.wallets.credit({ userId: two.caller.userId, coins, reason: 'Start' })
      const { id } = await ring(two)
      await accept(two, id)
      return { two, id, heard: { first: 0, last: 0 } }
    }),
  )
  const tellOnce = ({ two, id, heard }: (typeof talking)[number]) =>
    Promise.all([prove(two.caller, id), prove(two.callee, id)]).then(
      () => {
        heard.first ||= Date.now()
        heard.last = Date.now()
      },
      () => undefined,
    )
  await Promise.all(talking.map(tellOnce))
  const timer = setInterval(() => talking.forEach((one) => void tellOnce(one)), proveEveryMs)
  return {
    stop() {
      clearInterval(timer)
      const end = Date.now()
      for (const { two } of talking) for (const { live } of [two.caller, two.callee]) live.vanish()
      return talking.map(({ id, heard }) => ({
        id,
        atLeast: Math.max(0, Math.floor((heard.last - heard.first) / 1_000) - 2),
        atMost: Math.ceil((end - heard.first) / 1_000) + 1,
      }))
    },
  }
}
