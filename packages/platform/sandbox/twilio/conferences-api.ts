import type { Answer } from '../kit/listen.ts'
import { notFound, refuse } from './api-error.ts'
import { type ApiRequest, pageOf } from './api-request.ts'
import type { Conference, Participant } from './conference-room.ts'
import { endConference, removeParticipant } from './exchange.ts'
import { presentConference, presentParticipant } from './present.ts'
import type { World } from './world.ts'

/** `GET /Conferences.json`, newest first. */
export function listConferences(world: World, request: ApiRequest): Answer {
  const name = request.query.get('FriendlyName')
  const status = request.query.get('Status')
  const rooms = [...world.store.conferences.values()].filter(
    (room) => (name === null || room.name === name) && (status === null || room.status === status),
  )
  const { items, paging } = pageOf(request, rooms.reverse())
  return { status: 200, json: { ...paging, conferences: items.map((room) => presentConference(world.accountSid, room)) } }
}

const roomAt = (world: World, request: ApiRequest): Conference => world.store.conferences.get(request.at[0] ?? '') ?? notFound(request.path)

/** `GET /Conferences/{Sid}.json` */
export function fetchConference(world: World, request: ApiRequest): Answer {
  return { status: 200, json: presentConference(world.accountSid, roomAt(world, request)) }
}

/** `POST /Conferences/{Sid}.json`: only `Status=completed`. */
export function updateConference(world: World, request: ApiRequest): Answer {
  const room = roomAt(world, request)
  if (request.form.get('Status') !== 'completed') refuse(20001, 'This sandbox can only end a conference: Status=completed')
  if (room.status !== 'completed') endConference(world, room)
  return { status: 200, json: presentConference(world.accountSid, room) }
}

/** `GET /Conferences/{Sid}/Participants.json` */
export function listParticipants(world: World, request: ApiRequest): Answer {
  const room = roomAt(world, request)
  const { items, paging } = pageOf(
    request,
    room.participants.map((one) => ({ sid: one.callSid, one })),
  )
  return { status: 200, json: { ...paging, participants: items.map(({ one }) => presentParticipant(world.accountSid, room, one)) } }
}

function participantAt(world: World, request: ApiRequest): { room: Conference; one: Participant } {
  const room = roomAt(world, request)
  const wanted = request.at[1] ?? ''
  const one = room.participants.find(({ callSid, label }) => callSid === wanted || (label !== '' && label === wanted))
  return one ? { room, one } : notFound(request.path)
}

/** `GET /Conferences/{Sid}/Participants/{CallSid}.json` */
export function fetchParticipant(world: World, request: ApiRequest): Answer {
  const { room, one } = participantAt(world, request)
  return { status: 200, json: presentParticipant(world.accountSid, room, one) }
}

/** `DELETE /Conferences/{Sid}/Participants/{CallSid}.json` */
export function kickParticipant(world: World, request: ApiRequest): Answer {
  const { one } = participantAt(world, request)
  const leg = world.store.legs.get(one.callSid)
  if (leg) removeParticipant(world, leg)
  return { status: 204 }
}
