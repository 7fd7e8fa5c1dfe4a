import pg from 'pg'
import { startPlatform, type StartOptions, type TestApp, type TestPlatform, type TestUser } from '../start-platform.ts'

type Policy = NonNullable<NonNullable<Parameters<TestApp['server']['app']['update']>[0]>['referral']>
type Put = Omit<Parameters<TestApp['server']['users']['put']>[0], 'userId' | 'displayName'>

/** An app in which people bring people. */
export interface Friends {
  readonly platform: TestPlatform
  readonly app: TestApp
  /** Somebody new, with a mailbox of their own unless told. */
  newcomer(wish?: Put, app?: TestApp): Promise<Friend>
  /** Rows of the whole database. */
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
  policy(policy: Policy | null): Promise<void>
  stop(): Promise<void>
}

export interface Friend extends TestUser {
  readonly code: string
  /** What tells their device from all others. */
  readonly deviceId: string
}

export const bonusOf = async ({ client }: Pick<Friend, 'client'>): Promise<number> => (await client.wallet.get()).buckets.bonus

export async function friends(options: StartOptions = {}): Promise<Friends> {
  const platform = await startPlatform(options)
  const first = await platform.app()
  const database = new pg.Client(platform.database.connection)
  await database.connect()
  let last: Promise<unknown> = Promise.resolve()
  let people = 0
  return {
    platform,
    app: first,
    async newcomer(wish = {}, app = first) {
      const number = ++people
      const userId = `friend-${number}`
      await app.server.users.put({ userId, displayName: `Friend ${number}`, email: `friend.${number}@mail${number}.example`, ...wish })
      const user = await app.user(userId, { phone: null })
      return { ...user, code: (await user.client.referral.get()).code, deviceId: `device-${number}` }
    },
    async rows<Row extends object>(text: string, values: readonly unknown[] = []) {
      const answer = last.then(async () => (await database.query<Row>(text, [...values])).rows)
      last = answer.catch(() => undefined)
      return answer
    },
    policy: async (referral) => void (await first.server.app.update({ referral })),
    async stop() {
      await database.end()
      await platform.stop()
    },
  }
}
