import { expect, it } from 'vitest'
import type { MediaClient } from './media-types.ts'
import { openOutbox } from './outbox.ts'

const peer = 'tab-0000000000000001'

/** A client that only polls, and whose requests are answered when the test says so. */
function polling() {
  const proofs: number[] = []
  const answers: (() => void)[] = []
  const sendProof = ({ bytesReceived }: { bytesReceived: number }) => {
    proofs.push(bytesReceived)
    return new Promise<void>((resolve) => answers.push(resolve))
  }
  const client = { calls: { sendProof }, realtime: { state: 'polling', send: () => false, onState: () => () => undefined } }
  return { proofs, answers, outbox: openOutbox(client as unknown as MediaClient, 'call_1', peer) }
}

it('sends no proof of the past behind a request that hangs', async () => {
  const { proofs, answers, outbox } = polling()
  const prove = (bytesReceived: number) => outbox.prove({ media: 'connected', bytesReceived })
  prove(1)
  await expect.poll(() => proofs).toEqual([1])
  prove(2)
  prove(3)
  answers[0]?.()
  await new Promise((resolve) => setTimeout(resolve))
  prove(4)
  await expect.poll(() => proofs).toEqual([1, 4])
})
