import { everyTenant } from '../../src/base/tenant.ts'
import type { Tx } from '../../src/db/connect.ts'
import type { TestApp, TestPlatform } from '../start-platform.ts'

interface Owner {
  readonly id: string
  readonly tenant_id: number
}

/** Writes rows of a user of an app's test mode. */
export function withOwner<T>(
  { platform }: TestPlatform,
  { app }: TestApp,
  hostUserId: string,
  work: (tx: Tx, user: Owner) => Promise<T>,
): Promise<T> {
  return platform.db.transact(everyTenant, async (tx) => {
    const [user] = await tx.query<Owner>(
      `select u.id, u.tenant_id from users u join tenants t on t.id = u.tenant_id where t.app_id = $1 and t.mode = 'test' and u.host_id = $2`,
      [app.appId, hostUserId],
    )
    if (user === undefined) throw new Error(`there is no ${hostUserId}`)
    return work(tx, user)
  })
}

type Make = (platform: TestPlatform, app: TestApp, hostUserId: string) => Promise<string>

/** The same row again for the same user. */
export function madeOnce(make: Make): Make {
  const made = new Map<string, Promise<string>>()
  return (platform, app, hostUserId) => {
    const name = `${app.app.appId} ${hostUserId}`
    const known = made.get(name) ?? make(platform, app, hostUserId)
    made.set(name, known)
    return known
  }
}
