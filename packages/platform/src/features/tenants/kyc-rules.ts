import { fail } from '../../base/problem.ts'
import { usualOrder, type IdentityKind, type KycGenerations, type KycProviderName } from '../../providers/kyc/port.ts'
import type { Tenant } from './tenant-store.ts'

type TwoSided = Exclude<IdentityKind, 'pan'>

/** What an app asks of identities. */
export interface KycRules {
  readonly documents: readonly IdentityKind[]
  /** Of which documents the back is needed as well. */
  readonly bothSides: readonly TwoSided[]
  /** false: a reviewer decides every case. */
  readonly autoDecide: boolean
  /** How many people have to approve. */
  readonly approvals: number
  /** Nothing is uploaded before the user has agreed to the platform's notice. */
  readonly consentFirst: boolean
  /** Submissions that may be rejected before a reviewer has to open the way again. */
  readonly maxRejections: number
  /** null: a verification holds for good. */
  readonly validDays: number | null
  /** For how long pictures are kept after the decision. */
  readonly keepDays: number
  readonly generations: KycGenerations
  readonly providers: Readonly<Record<IdentityKind, readonly KycProviderName[]>>
}

/** The same as an app sets it; what is left out is the platform's own. */
export interface KycRulesWish {
  readonly documents?: readonly IdentityKind[] | undefined
  readonly bothSides?: readonly TwoSided[] | undefined
  readonly autoDecide?: boolean | undefined
  readonly approvals?: number | undefined
  readonly consentFirst?: boolean | undefined
  readonly maxRejections?: number | undefined
  readonly validDays?: number | null | undefined
  readonly keepDays?: number | undefined
  readonly generations?: { readonly [name in keyof KycGenerations]?: KycGenerations[name] | undefined } | undefined
  readonly providers?: { readonly [kind in IdentityKind]?: readonly KycProviderName[] | undefined } | undefined
}

const usual: Omit<KycRules, 'providers' | 'generations'> = {
  documents: ['pan', 'aadhaar', 'driving_license'],
  bothSides: [],
  autoDecide: true,
  approvals: 1,
  consentFirst: false,
  maxRejections: 5,
  validDays: null,
  keepDays: 365,
}

/** The app's rules, with the platform's own where it has said nothing. */
export function kycRulesOf({ kyc: wish }: Pick<Tenant, 'kyc'>): KycRules {
  const { providers = {}, generations = {}, ...rest } = wish ?? {}
  return {
    documents: rest.documents ?? usual.documents,
    bothSides: rest.bothSides ?? usual.bothSides,
    autoDecide: rest.autoDecide ?? usual.autoDecide,
    approvals: rest.approvals ?? usual.approvals,
    consentFirst: rest.consentFirst ?? usual.consentFirst,
    maxRejections: rest.maxRejections ?? usual.maxRejections,
    validDays: rest.validDays ?? usual.validDays,
    keepDays: rest.keepDays ?? usual.keepDays,
    generations: { karza: generations.karza ?? null, signzy: generations.signzy ?? null },
    providers: {
      aadhaar: providers.aadhaar ?? usualOrder.aadhaar,
      pan: providers.pan ?? usualOrder.pan,
      driving_license: providers.driving_license ?? usualOrder.driving_license,
    },
  }
}

const nameOf: Readonly<Record<KycProviderName, string>> = { karza: 'Karza', signzy: 'Signzy' }

/** Nobody is asked through an account that the platform does not have, and an app should hear that now rather than from its reviewers. */
export function refuseUnknownGenerations(
  wish: KycRulesWish | null | undefined,
  there: Readonly<Record<KycProviderName, readonly string[]>>,
): void {
  const names: readonly KycProviderName[] = ['karza', 'signzy']
  const errors = names.flatMap((name) => {
    const wanted = wish?.generations?.[name]
    if (wanted === undefined || wanted === null || there[name].includes(wanted)) return []
    const instead = there[name].length === 0 ? 'none' : there[name].join(' and ')
    return [
      {
        pointer: `/kyc/generations/${name}`,
        detail: `the platform has no such account of ${nameOf[name]} in this mode; it has ${instead}`,
      },
    ]
  })
  if (errors.length === 0) return
  const detail = 'Leave these generations out, and the platform’s usual account is asked; or let the operator configure the accounts first.'
  fail('invalid_request', { detail, errors })
}
