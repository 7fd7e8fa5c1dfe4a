import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OWNED, type Scene, setScene } from './test-customer.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.close())

const join = async (attributes: string, to = '+14155550000'): Promise<string> => {
  const callback = `statusCallback="${scene.customer.url}/room" statusCallbackEvent="start end join leave"`
  const twiml = `<Response><Dial action="${scene.customer.url}/action"><Conference ${callback} ${attributes}>call-1</Conference></Dial></Response>`
  const { sid } = await scene.client.calls.create({ to, from: OWNED, twiml })
  await scene.clock.settled()
  return sid
}
const told = (): string[] => scene.customer.at('/room').map(({ params }) => params['StatusCallbackEvent'] ?? '')

describe('a conference', () => {
  it('begins when a second is there and one of them may start it, and ends with the one who ends it', async () => {
    const caller = await join('startConferenceOnEnter="false" endConferenceOnExit="true" participantLabel="caller"')
    expect(told()).toEqual(['participant-join'])
    const callee = await join('endConferenceOnExit="true" participantLabel="callee"')
    expect(told()).toEqual(['participant-join', 'participant-join', 'conference-start'])
    const [room] = await scene.client.conferences.list({ friendlyName: 'call-1' })
    expect(room).toMatchObject({ status: 'in-progress' })
    const participants = await scene.client.conferences(room?.sid ?? '').participants.list()
    expect(participants.map(({ callSid, label }) => [callSid, label])).toEqual([
      [caller, 'caller'],
      [callee, 'callee'],
    ])
    await scene.clock.advance(30_000)
    scene.sandbox.control.hangUp(callee)
    await scene.clock.settled()
    expect(told().slice(3)).toEqual(['participant-leave', 'participant-leave', 'conference-end'])
    expect(scene.customer.at('/room')[3]?.params).toMatchObject({ CallSid: callee, ReasonParticipantLeft: 'participant_hung_up' })
    expect(scene.customer.at('/room').at(-1)?.params).toMatchObject({
      ReasonConferenceEnded: 'participant-with-end-conference-on-exit-left',
      CallSidEndingConference: callee,
      ParticipantLabelEndingConference: 'callee',
      SequenceNumber: '5',
    })
    expect(await scene.client.calls(caller).fetch()).toMatchObject({ status: 'completed', duration: '30' })
    expect(await scene.client.conferences(room?.sid ?? '').fetch()).toMatchObject({ status: 'completed' })
    expect(scene.customer.at('/action').map(({ params }) => params['DialCallStatus'])).toEqual(['answered', 'answered'])
  })

  it('takes no more than it has room for', async () => {
    await join('maxParticipants="2"')
    await join('maxParticipants="2"')
    const third = await join('maxParticipants="2"')
    expect((await scene.client.calls(third).fetch()).status).toBe('completed')
    expect(scene.sandbox.control.notifications()).toMatchObject([{ callSid: third, code: 13235 }])
  })

  it('can be ended and cleared of somebody over the API', async () => {
    const first = await join('')
    const second = await join('')
    const [room] = await scene.client.conferences.list()
    const sid = room?.sid ?? ''
    await scene.client.conferences(sid).participants(first).remove()
    expect((await scene.client.calls(first).fetch()).status).toBe('completed')
    await expect(scene.client.conferences(sid).participants(first).fetch()).rejects.toMatchObject({ code: 20404 })
    await scene.client.conferences(sid).update({ status: 'completed' })
    await scene.clock.settled()
    expect((await scene.client.calls(second).fetch()).status).toBe('completed')
    expect(scene.customer.at('/room').at(-1)?.params).toMatchObject({ ReasonConferenceEnded: 'conference-ended-via-api' })
  })
})
