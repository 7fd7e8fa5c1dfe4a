import { createHmac, randomBytes } from 'node:crypto'
import { seal, unseal } from '../tenants/index.ts'
import type { Endpoint } from './endpoint-store.ts'

const prefix = 'whsec_'
const bytes = 32

/** A new endpoint's secret as its host keeps it (Standard Webhooks): `whsec_` and base64. */
export const newSecret = (): string => `${prefix}${randomBytes(bytes).toString('base64')}`

const about = (endpointId: string) => `webhook-secret:${endpointId}`

export const sealSecret = (masterKey: Buffer, endpointId: string, secret: string): Buffer => seal(masterKey, about(endpointId), secret)

export const unsealSecret = (masterKey: Buffer, endpointId: string, sealed: Buffer): string => unseal(masterKey, about(endpointId), sealed)

/** One signature of Standard Webhooks: HMAC-SHA256 over id, time of the try in seconds, and the body as it is sent. */
export function signatureOf(secret: string, id: string, seconds: number, body: string): string {
  const key = Buffer.from(secret.slice(prefix.length), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`
}

/** The secrets that sign at this time: the endpoint’s, and for the overlap the one that it replaces. */
export function secretsOf(masterKey: Buffer, endpoint: Endpoint, now: Date): string[] {
  const { id, secretSealed, previousSealed, previousUntil } = endpoint
  const sealed = previousSealed !== null && previousUntil !== null && previousUntil > now ? [secretSealed, previousSealed] : [secretSealed]
  return sealed.map((bytes) => unsealSecret(masterKey, id, bytes))
}
