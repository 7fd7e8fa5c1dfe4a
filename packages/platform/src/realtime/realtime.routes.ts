import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { implement, type Operation } from '../http/implement.ts'
import type { RealtimeParts } from './parts.ts'
import type { Polling } from './poll.ts'
import { createTicket } from './tickets.ts'

export const realtimeOperations = (parts: RealtimeParts, polling: Polling): Operation[] =>
  implement('realtime', allTables.realtime, allSchemas.realtime, {
    createTicket: (_request, { actor }) => createTicket(parts, actor),
    poll: ({ query }, { actor, signal }) => polling.poll(actor, query, signal),
  })
