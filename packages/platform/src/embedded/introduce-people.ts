import * as z from 'zod'
import type { CheckInput, Kyc } from '../providers/kyc/port.ts'

/** What our sandboxes say of themselves there; nobody else does. */
const sandboxWire = z.object({ sandbox: z.enum(['karza', 'signzy']) })

const timeoutMs = 2_000

/**
 * A registry answers with the name it has, and that of a sandbox has nobody's: without this no test user would ever be who they say they are.
 * So each person is entered there just before they are asked about, and what the last digits of their number promise comes true. For test
 * mode only. Whether a sandbox of ours is at the address is asked first, without a word about anybody; other servers are told nothing.
 */
export function introducing(provider: Kyc, baseUrl: string): Kyc {
  const people = new URL('/_sandbox/people', baseUrl)
  let isSandbox: boolean | undefined

  async function looksLikeSandbox(): Promise<boolean> {
    const response = await fetch(people, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    const body: unknown = response.ok ? await response.json().catch(() => undefined) : undefined
    if (!response.ok) await response.body?.cancel()
    return sandboxWire.safeParse(body).success
  }

  async function introduce({ number, name, dateOfBirth, reference: caseId }: CheckInput): Promise<void> {
    isSandbox ??= await looksLikeSandbox()
    if (!isSandbox) return
    const response = await fetch(people, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ number, name, dateOfBirth, caseId }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.body?.cancel()
  }

  return {
    ...provider,
    async startCheck(kind, input) {
      // A sandbox that is not there says so by itself when it is asked.
      await introduce(input).catch(() => undefined)
      return provider.startCheck(kind, input)
    },
  }
}
