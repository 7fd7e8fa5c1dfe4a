import type { XmlElement } from '../kit/xml.ts'
import { randomUUID } from 'node:crypto'
import { flag, seconds, targetFrom } from './attributes.ts'
import type { Conference, Participant } from './conference-room.ts'
import type { Leg } from './leg.ts'
import { newSid } from './sid.ts'
import { rfc2822 } from './rfc2822.ts'
import { notify, type World } from './world.ts'

/** The room of that name which is not over. */
export function openRoom(world: World, name: string): Conference | undefined {
  return [...world.store.conferences.values()].find((room) => room.name === name && room.status !== 'completed')
}

/** Puts the call into a room, opening it if need be; undefined if the room is full or has no name. */
export function joinConference(world: World, leg: Leg, noun: XmlElement, atMs: number): string | undefined {
  const name = noun.text.trim().slice(0, 128)
  if (name === '') {
    notify(world, leg.sid, 13233, 'a conference needs a name')
    return undefined
  }
  const room = openRoom(world, name) ?? newRoom(leg, noun, name, atMs)
  if (room.participants.length >= seconds(noun.attributes['maxParticipants'], 2, 250, 250)) {
    notify(world, leg.sid, 13235, `conference ${name} is full`)
    return undefined
  }
  const participant: Participant = {
    callSid: leg.sid,
    label: (noun.attributes['participantLabel'] ?? '').slice(0, 128),
    joinedAtMs: atMs,
    startOnEnter: flag(noun.attributes['startConferenceOnEnter'], true),
    endOnExit: flag(noun.attributes['endConferenceOnExit'], false),
    muted: flag(noun.attributes['muted'], false),
  }
  room.participants = [...room.participants, participant]
  room.updatedAtMs = atMs
  world.store.saveConference(room)
  emit(world, room, 'participant-join', atMs, participant)
  startIfReady(world, room, atMs)
  return room.sid
}

function newRoom(leg: Leg, noun: XmlElement, name: string, atMs: number): Conference {
  return {
    sid: newSid('CF'),
    name,
    createdAtMs: atMs,
    updatedAtMs: atMs,
    status: 'init',
    participants: [],
    statusTarget: targetFrom(noun, leg.script.base),
    sequence: 0,
  }
}

/** A conference begins when two are there and one of them may start it. */
function startIfReady(world: World, room: Conference, atMs: number): void {
  if (room.status !== 'init' || room.participants.length < 2 || !room.participants.some((one) => one.startOnEnter)) return
  room.status = 'in-progress'
  world.store.saveConference(room)
  emit(world, room, 'conference-start', atMs)
}

/** The call leaves its room; the result names those whose conference ended thereby. */
export function leaveConference(world: World, leg: Leg, sid: string, atMs: number, why = 'participant_hung_up'): string[] {
  const room = world.store.conferences.get(sid)
  const gone = room?.participants.find((one) => one.callSid === leg.sid)
  if (!room || !gone) return []
  room.participants = room.participants.filter((one) => one !== gone)
  room.updatedAtMs = atMs
  world.store.saveConference(room)
  emit(world, room, 'participant-leave', atMs, gone, { ParticipantCallStatus: leg.status, ReasonParticipantLeft: why })
  if (gone.endOnExit) return closeRoom(world, room, 'participant-with-end-conference-on-exit-left', atMs, gone)
  return room.participants.length === 0 ? closeRoom(world, room, 'last-participant-left', atMs, gone) : []
}

/** Ends a room; the result names those who were still in it. */
export function closeRoom(world: World, room: Conference, reason: string, atMs: number, by?: Participant): string[] {
  const left = room.participants
  room.participants = []
  room.status = 'completed'
  room.reasonEnded = reason
  room.endedBy = by?.callSid
  room.updatedAtMs = atMs
  world.store.saveConference(room)
  const why = by ? 'moderator_ended_conference' : 'conference_ended_via_api'
  for (const one of left) {
    emit(world, room, 'participant-leave', atMs, one, { ParticipantCallStatus: 'in-progress', ReasonParticipantLeft: why })
  }
  emit(world, room, 'conference-end', atMs, undefined, {
    ReasonConferenceEnded: reason,
    ...(by ? { CallSidEndingConference: by.callSid, ParticipantLabelEndingConference: by.label } : {}),
  })
  return left.map((one) => one.callSid)
}

const askedBy: Readonly<Record<string, string>> = {
  'conference-start': 'start',
  'conference-end': 'end',
  'participant-join': 'join',
  'participant-leave': 'leave',
}

function emit(world: World, room: Conference, event: string, atMs: number, one?: Participant, extra: Record<string, string> = {}): void {
  const sequence = room.sequence++
  const target = room.statusTarget
  if (!target?.events.includes(askedBy[event] ?? '')) return
  const aboutOne: Record<string, string> = one
    ? {
        CallSid: one.callSid,
        ParticipantLabel: one.label,
        Muted: String(one.muted),
        Hold: 'false',
        Coaching: 'false',
        StartConferenceOnEnter: String(one.startOnEnter),
        EndConferenceOnExit: String(one.endOnExit),
      }
    : {}
  world.deliveries.add({
    id: randomUUID(),
    key: room.sid,
    about: { kind: 'conference', event, sid: one?.callSid ?? room.sid },
    url: target.url,
    method: target.method,
    params: {
      ConferenceSid: room.sid,
      FriendlyName: room.name,
      AccountSid: world.accountSid,
      SequenceNumber: String(sequence),
      Timestamp: rfc2822(atMs),
      StatusCallbackEvent: event,
      ...aboutOne,
      ...extra,
    },
  })
}
