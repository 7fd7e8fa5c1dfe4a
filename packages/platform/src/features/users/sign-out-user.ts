import { fail } from '../../base/problem.ts'
import type { SecretActor } from '../../base/tenant.ts'
import { audit } from '../../db/audit.ts'
import type { RequestContext } from '../../http/implement.ts'
import type { UserDeps } from './index.ts'
import { nextWholeSecond } from './tokens-valid-from.ts'

/** Ends every token and socket of the user made until now. Killed before the commit, nothing has ended; after it, all tokens have. */
export async function signOutUser(
  { clock, directory, users, revoke }: UserDeps,
  actor: SecretActor,
  ip: string,
  hostUserId: string,
  once: RequestContext<SecretActor>['once'],
): Promise<void> {
  const { id } = actor.tenant
  // The id is kept aside: a replayed request finds nothing more to end.
  let ended: string | undefined
  await once(async (tx) => {
    const user = (await users.lock(tx, id, hostUserId)) ?? fail('not_found')
    await users.update(tx, id, user.id, { tokensValidFrom: nextWholeSecond(clock.now()) })
    await audit(tx, id, actor, { action: 'user.signed-out', subject: user.id, fromIp: ip }, clock.now())
    ended = user.id
  })
  await directory.changed(id)
  if (ended !== undefined) await revoke(id, ended)
}
