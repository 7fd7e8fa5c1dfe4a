import { newId } from '../../src/base/ids.ts'
import { openUpload, storedDocument } from './document-rows.ts'
import { buyers, freshUser, list, ownerOf, user, type Fixture, type OperationName, type Sent } from './fixture.ts'
import { openSubmission } from './submission-rows.ts'
import { canceledWithdrawal } from './withdrawal-rows.ts'
import { subjects } from './world.ts'

/** Somebody's withdrawal, which is over. */
const withdrawal = (ok: readonly number[], rest: Omit<Sent, 'params'> = {}): Fixture => ({
  names: true,
  ownerOnly: true,
  ok,
  async send(world, whose) {
    const id = whose === 'unknown' ? newId('wdr') : await canceledWithdrawal(world.platform, ownerOf(world, whose), buyers[whose])
    return { params: { withdrawalId: id }, ...rest }
  },
})
/** Somebody's submission, which a reviewer has not decided when it is first asked about. */
const submission = (ok: readonly number[], rest: Omit<Sent, 'params'> = {}): Fixture => ({
  names: true,
  ok,
  async send(world, whose) {
    const id = whose === 'unknown' ? newId('kyc') : await openSubmission(world.platform, ownerOf(world, whose), subjects[whose])
    return { params: { submissionId: id }, ...rest }
  },
})
const identity = { type: 'pan', number: 'AAAPZ1234C', name: 'Asha Rao', dateOfBirth: '1990-01-01' }
const papers = new Map<string, Promise<string>>()
/** Somebody's document or upload, which is theirs alone. `used`: it is gone afterwards. */
const paper = (name: 'documentId' | 'uploadId', ok: readonly number[], { used, ...more }: Sent & { used?: true } = {}): Fixture => ({
  names: true,
  ownerOnly: true,
  ok,
  async send(world, whose) {
    if (whose === 'unknown') return { ...more, params: { ...more.params, [name]: newId(name === 'uploadId' ? 'upl' : 'doc') } }
    const make = name === 'uploadId' ? openUpload : storedDocument
    const known = used === true ? undefined : papers.get(`${name} ${whose}`)
    const made = known ?? make(world.platform, ownerOf(world, whose), buyers[whose])
    if (used !== true) papers.set(`${name} ${whose}`, made)
    return { ...more, params: { ...more.params, [name]: await made } }
  },
})

type IdentityOperation = Extract<OperationName, `${'withdrawals' | 'kyc' | 'kycUploads' | 'kycDocuments'}.${string}`>
/** Identities, and what only the verified may do. */
export const identityFixtures: Readonly<Record<IdentityOperation, Fixture>> = {
  // Let through, and then refused: nobody here is verified.
  'withdrawals.create': { ok: [403], send: () => ({ body: { coins: 10, payee: { type: 'upi', vpa: 'success@upi' } } }) },
  'withdrawals.terms': list,
  'withdrawals.list': list,
  'withdrawals.statement': {
    names: true,
    ownerOnly: true,
    send: (_world, whose) => ({ query: `year=2025&userId=${whose === 'unknown' ? subjects.unknown : buyers[whose]}` }),
  },
  'withdrawals.get': withdrawal([200]),
  'withdrawals.cancel': withdrawal([409]),
  'withdrawals.approve': withdrawal([409], { body: {} }),
  'withdrawals.reject': withdrawal([409], { body: { reason: 'Test' } }),
  'withdrawals.markPaid': withdrawal([409], { body: { bankReference: 'UTR0001' } }),
  'withdrawals.settle': withdrawal([409], { body: { outcome: 'paid', bankReference: 'UTR0001', reason: 'Test' } }),
  'withdrawals.payee': withdrawal([200], { query: 'reason=Test' }),
  'kyc.get': list,
  'kyc.getNotice': list,
  'kyc.consent': { ok: [409], send: () => ({ body: { version: '0', language: 'en' } }) },
  'kyc.withdrawConsent': list,
  // Let through to the number, which is none.
  'kyc.submit': {
    ok: [400],
    send: () => ({ body: { ...identity, number: '1', documentIds: [newId('doc')], consent: { version: '0', language: 'en' } } }),
  },
  // Let through also where as many wait as may.
  'kycUploads.create': { ok: [201, 409], send: () => ({ body: { type: 'pan', length: 9, fileName: 'a.jpg', fileType: 'image/jpeg' } }) },
  'kycUploads.get': paper('uploadId', [200]),
  'kycUploads.append': paper('uploadId', [204], {
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
  }),
  'kycUploads.finish': paper('uploadId', [409], { body: {} }),
  'kycUploads.cancel': paper('uploadId', [204], { used: true }),
  // Let through, and then refused: this is no form.
  'kycDocuments.create': { ok: [415], send: () => ({ body: {} }) },
  'kycDocuments.list': list,
  'kycDocuments.delete': paper('documentId', [204], { used: true }),
  'kycDocuments.getPage': paper('documentId', [200], { params: { page: '1' }, query: 'reason=Test' }),
  // Let through, and then refused: it was not handed in.
  'kycDocuments.mask': paper('documentId', [409], {
    body: { pages: [{ page: 1, hide: [{ left: 0, top: 0, width: 0.5, height: 0.5 }] }], reason: 'Test' },
  }),
  'kyc.getOfUser': user,
  'kyc.erase': freshUser,
  'kyc.listSubmissions': list,
  'kyc.getSubmission': submission([200]),
  'kyc.review': submission([200, 409], { body: { decision: 'reject', reasons: ['other'] } }),
  'kyc.listAudit': list,
  'kyc.export': { send: () => ({ query: 'reason=Test' }) },
}
