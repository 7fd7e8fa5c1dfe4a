import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Tx } from '../../db/connect.ts'
import { callSecret, createCalls, type CallDeps } from './index.ts'

const masterKey = randomBytes(32)
const id = 'call_1'
const secret = callSecret(masterKey, { id, callbackToken: 'random' })

/** A database that holds one call, which this provider carries. */
function callsOver(row: { provider: string }) {
  let asked = 0
  const tx = {
    query: async () => {
      asked++
      return [{ tenant_id: 7, callback_token: 'random', provider: row.provider }]
    },
  } as unknown as Tx
  const deps = { masterKey, db: { transact: (_tenant: unknown, work: (tx: Tx) => unknown) => work(tx) } } as unknown as CallDeps
  return { calls: createCalls(deps), asked: () => asked }
}

it('knows a call by the provider that carries it now, also when it was asked about before another one got it', async () => {
  const row = { provider: 'exotel' }
  const { calls } = callsOver(row)
  expect(await calls.findCallback(id, 'x'.repeat(43), 'exotel')).toBeUndefined()
  expect(await calls.findCallback(id, secret, 'twilio')).toBeUndefined()
  row.provider = 'twilio'
  expect(await calls.findCallback(id, secret, 'twilio')).toBe(7)
})

it('reads a call once for all its callbacks', async () => {
  const { calls, asked } = callsOver({ provider: 'twilio' })
  for (let n = 0; n < 5; n++) expect(await calls.findCallback(id, secret, 'twilio')).toBe(7)
  expect(asked()).toBe(1)
})
