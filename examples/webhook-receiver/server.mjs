/** A host's server that hears of its app's events: believes what is signed, and handles each event once. */
import { createServer as createHttpServer } from 'node:http'
import { createServer, verifyWebhook, WebhookVerificationError } from '@impacthub/sdk/server'

const { CONNECT_URL: baseUrl, CONNECT_SECRET_KEY: secretKey, WEBHOOK_SECRET, PORT = '5180' } = process.env
const mostBytes = 65_536

/** Ids of events that have been handled. A real host keeps them with what it does: in one transaction of its database. */
const handled = new Set()

/** What this host does with an event. Whatever takes longer than a few seconds belongs into a queue: answer first. */
function handle(event) {
  if (event.type === 'call.settled')
    console.log(`${event.data.callerId} paid ${event.data.chargedCoins} coins for ${event.data.durationSeconds} s`)
  else console.log(event.type, event.id)
}

/** The body exactly as it came: what is parsed and written again has another signature. */
async function rawBody(request) {
  const parts = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > mostBytes) throw new RangeError('the body is too large')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

async function receive(request, secret) {
  if (request.method !== 'POST') return 405
  try {
    const event = await verifyWebhook({ secret, headers: request.headers, body: await rawBody(request) })
    if (!handled.has(event.id)) handle(event)
    handled.add(event.id)
    return 204
  } catch (error) {
    // Anything but 2xx brings the event again, for three days.
    if (error instanceof WebhookVerificationError) return 400
    if (error instanceof RangeError) return 413
    console.error(error)
    return 500
  }
}

let secret = WEBHOOK_SECRET
const server = createHttpServer((request, response) => {
  void receive(request, secret).then((status) => response.writeHead(status).end())
})

server.listen(Number(PORT), '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/webhooks`
  console.log(`waiting for webhooks at ${url}`)
  if (secret !== undefined) return
  // Without a secret it registers itself, as long as it runs: handy on a developer's machine, in test mode.
  const connect = createServer({ baseUrl, secretKey })
  const endpoint = await connect.webhookEndpoints.create({ url, types: ['*'], description: 'webhook-receiver' })
  secret = endpoint.secret
  await connect.webhookEndpoints.test({ endpointId: endpoint.id })
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void connect.webhookEndpoints.delete({ endpointId: endpoint.id }).finally(() => process.exit(0)))
})
