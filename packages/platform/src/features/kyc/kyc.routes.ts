import { allSchemas, allTables } from '@impacthub/sdk/contract'
import { implement, type HandlersOf, type Operation } from '../../http/implement.ts'
import { eraseIdentity, withdrawConsent } from './erase-identity.ts'
import { exportCases } from './export-cases.ts'
import { giveConsent, refuseOtherNotice } from './give-consent.ts'
import type { KycDeps } from './kyc-deps.ts'
import { listAudit } from './list-audit.ts'
import { listCases } from './list-cases.ts'
import { noticeIn } from './notices.ts'
import { presentSubmission } from './present-kyc.ts'
import { readCase } from './read-case.ts'
import { knownUser, readStanding } from './read-standing.ts'
import { reviewSubmission } from './review-submission.ts'
import { statusOf } from './submission-lifecycle.ts'
import { submitDocuments } from './submit-documents.ts'

type Handlers = HandlersOf<typeof allTables.kyc, typeof allSchemas.kyc>

/** Identities: users hand in and follow, reviewers decide. */
export const kycOperations = (deps: KycDeps): Operation[] =>
  implement('kyc', allTables.kyc, allSchemas.kyc, { ...forUsers(deps), ...forReviewers(deps), ...ofUser(deps) })

function forUsers(deps: KycDeps): Pick<Handlers, 'get' | 'getNotice' | 'consent' | 'withdrawConsent' | 'submit'> {
  const { db } = deps
  return {
    get: (_request, { actor }) => readStanding(deps, actor.tenant.id, actor),
    getNotice: async ({ query }) => {
      const { paragraphs, items, ...notice } = noticeIn(query.language)
      return { ...notice, paragraphs: [...paragraphs], items: [...items] }
    },
    consent: async ({ body }, { actor, ip, once }) =>
      once(async (tx) => {
        refuseOtherNotice(body)
        const { version, language, at } = await giveConsent(deps, tx, actor, body, ip)
        return { version, language, givenAt: at.toISOString() }
      }),
    withdrawConsent: (_request, { actor, ip }) => db.transact(actor.tenant.id, (tx) => withdrawConsent(deps, tx, actor, ip)),
    submit: ({ body }, { actor, ip, once }) =>
      once(async (tx) => {
        const { id, stage, reasons } = await submitDocuments(deps, tx, actor, body, ip)
        return { id, status: statusOf(stage), reasons: [...reasons] }
      }),
  }
}

function forReviewers(deps: KycDeps): Pick<Handlers, 'listSubmissions' | 'getSubmission' | 'review' | 'listAudit' | 'export'> {
  return {
    listSubmissions: ({ query }, { actor }) => listCases(deps, actor, query),
    getSubmission: ({ params, query }, { actor, ip }) => readCase(deps, actor, { ...params, ...query }, ip),
    review: ({ params, body }, { actor, ip, once }) =>
      once(async (tx) => presentSubmission(await reviewSubmission(deps, tx, actor, { ...params, ...body }, ip))),
    listAudit: ({ query }, { actor }) => listAudit(deps, actor, query),
    export: ({ query }, { actor, ip }) => exportCases(deps, actor, query, ip),
  }
}

function ofUser(deps: KycDeps): Pick<Handlers, 'getOfUser' | 'erase'> {
  const { db } = deps
  return {
    getOfUser: async ({ params }, { actor }) => {
      const { id } = actor.tenant
      const userId = await db.transact(id, async (tx) => knownUser(tx, id, params.userId))
      return readStanding(deps, id, { userId, hostUserId: params.userId })
    },
    erase: async ({ params }, { actor, ip }) => {
      const { id } = actor.tenant
      await db.transact(id, async (tx) => {
        const userId = await knownUser(tx, id, params.userId)
        await eraseIdentity(deps, tx, id, userId, { actor, ip, reason: 'asked_for' })
      })
    },
  }
}
