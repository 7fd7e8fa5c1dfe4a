import * as z from 'zod'
import { kycDocumentType, kycProvider } from './kyc.ts'

const once = <Item>(items: readonly Item[]): boolean => new Set(items).size === items.length

const providerOrder = z.array(kycProvider).min(1).max(2).refine(once, 'must name each once')

const karzaHost = z.enum(['api', 'hub'])
const signzyVersion = z.enum(['v2', 'v3'])

/** Nothing stands on the back of a PAN card that anybody needs. */
const twoSided = kycDocumentType.exclude(['pan'])

/** What an app asks of identities. */
export const kycRules = z.object({
  /** Documents that are taken. */
  documents: z.array(kycDocumentType),
  /**
   * Of which documents the back has to be handed in too: of an Aadhaar card it holds the address, of a licence what may be driven. A PDF counts
   * for both sides.
   */
  bothSides: z.array(twoSided),
  /** false: a reviewer decides every case. */
  autoDecide: z.boolean(),
  /**
   * true: nothing is uploaded before the user has agreed to the platform's notice. false: the app may show a notice of its own, and tell of the
   * user's consent with the submission; what is uploaded before is sealed, and nobody is asked about it until then.
   */
  consentFirst: z.boolean(),
  /** 2: a reviewer's approval counts when another person's has come as well. */
  approvals: z.int(),
  /** Submissions that may be rejected before a reviewer has to open the way again. */
  maxRejections: z.int(),
  /** Days until a user has to be verified again; null: never. */
  validDays: z.int().nullable(),
  /** Days for which pictures are kept after the decision; of Aadhaar the masked ones. */
  keepDays: z.int(),
  /**
   * By which hosts and envelopes a provider is asked: Karza at its own or at Perfios' hub, Signzy of v2 or of v3. Null: the one that the
   * platform has. One that the platform has no account of is
   * refused; where it was taken away since, that provider is not asked.
   */
  generations: z.object({ karza: karzaHost.nullable(), signzy: signzyVersion.nullable() }),
  /** Who is asked first for each document, and who when the first is down. */
  providers: z.object({ aadhaar: z.array(kycProvider), pan: z.array(kycProvider), driving_license: z.array(kycProvider) }),
})

/** The same as an app sets it; what is left out is the platform's own. */
export const kycRulesWish = z.strictObject({
  documents: z.array(kycDocumentType).min(1).max(3).refine(once, 'must name each once').optional(),
  bothSides: z.array(twoSided).max(2).refine(once, 'must name each once').optional(),
  autoDecide: z.boolean().optional(),
  consentFirst: z.boolean().optional(),
  approvals: z.int().min(1).max(2).optional(),
  maxRejections: z.int().min(1).max(20).optional(),
  validDays: z.int().min(30).max(3_650).nullable().optional(),
  /** At least a year: providers and platforms must keep what they decided by (DPDP Rules 2025, rule 8). */
  keepDays: z.int().min(365).max(3_650).optional(),
  generations: z.strictObject({ karza: karzaHost.nullable().optional(), signzy: signzyVersion.nullable().optional() }).optional(),
  providers: z
    .strictObject({ aadhaar: providerOrder.optional(), pan: providerOrder.optional(), driving_license: providerOrder.optional() })
    .optional(),
})
