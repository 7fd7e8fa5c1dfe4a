import type { Answer } from '../kit/listen.ts'
import { refuse, unknownId } from './api-error.ts'
import { type ApiRequest, collectionOf, pageOf, textField } from './api-request.ts'
import { moveDispute } from './disputes.ts'
import type { Dispute } from './entities.ts'
import { presentDispute } from './present.ts'
import type { World } from './world.ts'

const disputeAt = (world: World, { at }: ApiRequest): Dispute => world.store.disputes.all.get(at[0] ?? '') ?? unknownId()

/** `GET /v1/disputes/{id}` */
export const fetchDispute = (world: World, request: ApiRequest): Answer => ({
  status: 200,
  json: presentDispute(disputeAt(world, request)),
})

/** `GET /v1/disputes`, newest first. */
export const listDisputes = (world: World, { query }: ApiRequest): Answer => ({
  status: 200,
  json: collectionOf(pageOf(query, world.store.disputes.all.values()).map(presentDispute)),
})

/** `POST /v1/disputes/{id}/accept`: the merchant gives in. */
export function acceptDispute(world: World, request: ApiRequest): Answer {
  const dispute = disputeAt(world, request)
  if (dispute.status !== 'open') refuse('Only disputes in open state can be accepted')
  moveDispute(world, dispute, 'lost', world.clock.now())
  return { status: 200, json: presentDispute(dispute) }
}

/** `PATCH /v1/disputes/{id}/contest`: the merchant objects; with `action` `submit` the bank looks at it. */
export function contestDispute(world: World, request: ApiRequest): Answer {
  const dispute = disputeAt(world, request)
  if (dispute.status !== 'open' && dispute.status !== 'action_required') refuse('Only open disputes can be contested')
  dispute.summary = textField(request.body, 'summary', 1_000)
  world.store.disputes.save(dispute.id, dispute)
  if (request.body['action'] === 'submit') moveDispute(world, dispute, 'under_review', world.clock.now())
  return { status: 200, json: presentDispute(dispute) }
}
