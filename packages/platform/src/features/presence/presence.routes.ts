import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { implement, type Operation } from '../../http/implement.ts'
import { readStatuses, type PresenceDeps } from './read-presence.ts'
import { setAvailability } from './set-availability.ts'

export const presenceOperations = (deps: PresenceDeps): Operation[] =>
  implement('presence', allTables.presence, allSchemas.presence, {
    get: async ({ query }, { actor }) => ({ data: await readStatuses(deps, actor.tenant.id, query.userIds) }),
    set: ({ body }, { actor }) => setAvailability(deps, actor, body),
  })
