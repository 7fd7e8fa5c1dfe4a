import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startExotelSandbox, type ExotelSandbox, type ExotelSandboxOptions } from '../../../../sandbox/exotel/server.ts'
import { heldClock, type HeldClock } from '../../../../sandbox/kit/clock.ts'
import { Problem } from '../../../base/problem.ts'
import type { DialWish, InboundCall, Instructions, Telephony, VerifiedDelivery } from '../port.ts'
import { createExotel, type ExotelSettings } from './adapter.ts'

export const virtualNumber = '+912269800001'
export const flowId = '926'
const token = 'token0123456789abcdef'

/** A server in the place of the platform: it hands what comes to the adapter, and writes down what the adapter makes of it. */
export interface Scene {
  readonly clock: HeldClock
  readonly sandbox: ExotelSandbox
  readonly exotel: Telephony
  readonly delivered: VerifiedDelivery[]
  readonly refused: string[]
  readonly incoming: InboundCall[]
  /** What a flow is told about the calls that it asks about. */
  answer: (call: InboundCall) => Instructions
  wish(fields?: Partial<DialWish>): DialWish
  pass(seconds: number): Promise<void>
  /** What was told, in order: `callee in_progress`. */
  story(): string[]
  close(): Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function setScene(pattern: ExotelSettings['pattern'], options: ExotelSandboxOptions = {}): Promise<Scene> {
  const clock = heldClock()
  const platform = createServer((request, response) => {
    void (async () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      const delivery = { url: `${publicUrl}${request.url ?? ''}`, method: request.method ?? '', headers, raw: await bodyOf(request) }
      if (request.url?.startsWith('/incoming?')) {
        const call = await scene.exotel.verifyInbound(delivery)
        if (call === undefined) return void response.writeHead(403).end()
        scene.incoming.push(call)
        const { contentType, body } = scene.answer(call)
        return void response.writeHead(200, { 'content-type': contentType }).end(body)
      }
      try {
        const verified = await scene.exotel.verify(delivery)
        if (verified === undefined) return void response.writeHead(403).end()
        scene.delivered.push(verified)
        response.writeHead(200).end()
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        scene.refused.push(error.code)
        response.writeHead(error.status).end()
      }
    })()
  })
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve))
  const publicUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`
  const sandbox = await startExotelSandbox({
    clock,
    answerAfterMs: 1_000,
    figuresAfterMs: 60_000,
    numbers: [virtualNumber],
    flows: [{ appId: flowId, connectUrl: `${publicUrl}/incoming` }],
    ...options,
  })
  const { url: baseUrl, accountSid, apiKey, apiToken } = sandbox
  const base = `${publicUrl}/providers/exotel/calls/call_1/${token}`
  const scene: Scene = {
    clock,
    sandbox,
    exotel: createExotel({ baseUrl, accountSid, apiKey, apiToken, pattern, flowId }),
    delivered: [],
    refused: [],
    incoming: [],
    answer: () => scene.exotel.hangUpInstructions(),
    wish: (fields) => ({
      callId: 'call_1',
      callerPhone: '+919800000000',
      calleePhone: '+919811110000',
      from: virtualNumber,
      ringSeconds: 20,
      limitSeconds: 300,
      maxSeconds: 330,
      urls: {
        answer: `${base}/answer`,
        callerStatus: `${base}/caller-status`,
        calleeStatus: `${base}/callee-status`,
        after: `${base}/after`,
      },
      reference: `call_1.${token}`,
      ...fields,
    }),
    async pass(seconds) {
      await clock.advance(seconds * 1_000)
      await sandbox.control.quiet()
    },
    story: () => scene.delivered.map(({ report: { leg, status } }) => `${leg} ${status}`),
    async close() {
      await sandbox.close()
      platform.closeAllConnections()
      await new Promise((resolve) => platform.close(resolve))
    },
  }
  return scene
}
