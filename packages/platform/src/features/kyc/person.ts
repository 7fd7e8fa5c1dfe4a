import * as z from 'zod'
import type { TenantId } from '../../base/tenant.ts'
import type { Vault } from '../../base/vault.ts'
import type { Tx } from '../../db/connect.ts'
import type { Person } from './decide.ts'
import { openSecrets } from './secret-store.ts'
import type { Submission } from './submission-row.ts'

const person = z.object({ name: z.string(), dateOfBirth: z.string() })
const found = z.object({ name: z.string().nullable(), dateOfBirth: z.string().nullable() })

/** What a source may have told of a person. */
export type Found = z.output<typeof found>

type Owner = Pick<Submission, 'id' | 'userId'>

/** Whom somebody said they are; undefined: it has been erased. */
export async function readPerson(tx: Tx, vault: Vault, tenantId: TenantId, owner: Owner): Promise<Person | undefined> {
  const opened = await openSecrets(tx, vault, tenantId, owner, ['person'])
  return opened.person === undefined ? undefined : person.parse(JSON.parse(opened.person))
}

/** Whom the source says they are; undefined: it has not told, or it has been erased. */
export async function readFound(tx: Tx, vault: Vault, tenantId: TenantId, owner: Owner): Promise<Found | undefined> {
  const opened = await openSecrets(tx, vault, tenantId, owner, ['found'])
  return opened.found === undefined ? undefined : found.parse(JSON.parse(opened.found))
}
