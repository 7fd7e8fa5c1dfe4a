import * as z from 'zod'
import type { TenantId } from '../base/tenant.ts'

/** Made here from who is signed in, never from what a message names. */
export const topics = {
  user: (tenantId: TenantId, userId: string) => `${tenantId}:user:${userId}`,
  /** What a host's server connections hear. */
  app: (tenantId: TenantId) => `${tenantId}:app`,
  /** Between processes. */
  notices: (tenantId: TenantId) => `${tenantId}:notices`,
}

export const eventMessage = z.object({ type: z.string(), data: z.unknown() })

/** A user as they were written, so that nobody need wait for reading it; `AvailabilityRow` of presence. */
const change = z.object({
  userId: z.string(),
  hostUserId: z.string(),
  availability: z.enum(['auto', 'always', 'never']),
  availableUntil: z
    .string()
    .transform((text) => new Date(text))
    .nullable(),
  quietHours: z.object({ timeZone: z.string(), from: z.string(), to: z.string(), days: z.array(z.number()).optional() }).nullable(),
  restsUntil: z
    .string()
    .transform((text) => new Date(text))
    .nullable(),
  rate: z.object({ coins: z.number(), seconds: z.number() }).nullable(),
})

export const notice = z.discriminatedUnion('about', [
  /** The status of these users (`usr_…`) may have changed. */
  z.object({ about: z.literal('presence'), userIds: z.array(z.string()), change: change.optional() }),
  /** This user's last connection to some process has ended: whoever holds another says so. */
  z.object({ about: z.literal('left'), userId: z.string() }),
  /** Some credential of the tenant was revoked. */
  z.object({ about: z.literal('credentials') }),
])

/** As it is sent: JSON. */
export type Notice = z.input<typeof notice>
