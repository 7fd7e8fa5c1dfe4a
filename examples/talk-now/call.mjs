// One paid call: node examples/talk-now/call.mjs .data/demo.json
import { readFile } from 'node:fs/promises'
import { createClient } from '@impacthub/sdk'
import { createServer } from '@impacthub/sdk/server'

const [, , file = '.data/demo.json', seconds = '10'] = process.argv
const { platformUrl: baseUrl, publishableKey, secretKey } = JSON.parse(await readFile(file, 'utf8'))

const server = createServer({ baseUrl, secretKey })
await server.presence.set({ userId: 'ravi', availability: 'always' })
await server.wallets.credit({ userId: 'asha', coins: 20, reason: 'A pack of coins' })

const getToken = async () => (await server.users.createToken({ userId: 'asha' })).token
const client = createClient({ baseUrl, publishableKey, getToken })
const { promise: settled, resolve } = Promise.withResolvers()
client.realtime.on('call.updated', (call) => {
  console.log(call.status)
  if (call.settled) resolve(call)
})
client.realtime.on('call.meter', ({ callId, elapsedSeconds }) => {
  if (elapsedSeconds >= Number(seconds)) void client.calls.end({ callId })
})

await client.calls.create({ calleeId: 'ravi' })
const call = await settled
const { balance, buckets } = await client.wallet.get()
console.log(`${call.id} ended (${call.endReason}) after ${call.durationSeconds} s: ${call.chargedCoins} coins, ${balance} left`, buckets)
client.realtime.close()
