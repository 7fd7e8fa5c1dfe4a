import { createHmac } from 'node:crypto'
import type { Bucket, Bus } from '../../../bus/bus.ts'

/** Who cannot get through tries again a few times; what dials on and on is a machine. */
const bucket: Bucket = { perSecond: 1 / 10, burst: 6 }

/** How often one phone may dial one virtual number. Phones are kept as keyed hashes only; all that hide their number count as one. */
export function dialLimit(bus: Pick<Bus, 'take'>, masterKey: Buffer): (numberId: string, phone: string | null) => Promise<boolean> {
  const secret = createHmac('sha256', masterKey).update('dial limit').digest()
  return async (numberId, phone) => {
    const who = createHmac('sha256', secret)
      .update(phone ?? 'withheld')
      .digest('base64url')
      .slice(0, 22)
    return (await bus.take(`0:limit:dial:${numberId}:${who}`, bucket)).allowed
  }
}
