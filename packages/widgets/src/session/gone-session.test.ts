import type { Call } from '@impacthub/sdk'
import { afterEach, expect, it, vi } from 'vitest'
import { browserRinging, ravi } from '../testing/samples.ts'
import { scriptedClient, type Script } from '../testing/scripted-client.ts'
import { placeBrowserCall, takeCall } from './browser-call.ts'
import { createStore } from './connect-store.ts'

afterEach(() => void vi.restoreAllMocks())

function scene(script: Script = {}) {
  const microphone = vi.spyOn(navigator.mediaDevices, 'getUserMedia')
  const placed: string[] = []
  const create = (calleeId: string) => {
    placed.push(calleeId)
    return Promise.resolve<Call>(browserRinging)
  }
  const client = scriptedClient({ create, ...script })
  return { microphone, placed, client, store: createStore(client) }
}

it('calls nobody, and opens no microphone, for a session that went while the code of the sound was loaded', async () => {
  const { store, placed, microphone } = scene()
  const placing = placeBrowserCall(store, ravi)
  store.close()
  await placing
  expect(placed).toEqual([])
  expect(microphone).not.toHaveBeenCalled()
})

it('answers no call for one either', async () => {
  const accepted: string[] = []
  const accept = (callId: string) => {
    accepted.push(callId)
    return Promise.resolve<Call>(browserRinging)
  }
  const { store, client, microphone } = scene({ me: ravi, calls: [browserRinging], accept })
  client.open()
  const taking = takeCall(store, browserRinging.id)
  store.close()
  await taking
  expect(accepted).toEqual([])
  expect(microphone).not.toHaveBeenCalled()
})
