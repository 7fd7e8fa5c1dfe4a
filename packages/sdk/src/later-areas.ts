import type { ConnectClient } from './client-types.ts'
import { kycDocumentPaths, kycUploadPaths } from './contract/kyc-documents/paths.ts'
import { kycPaths } from './contract/kyc/paths.ts'
import type { clientSchemas } from './contract/schemas.ts'
import { referralPaths, referralVisitPaths } from './contract/referrals/paths.ts'
import { topupPaths, topupReadPaths } from './contract/topups/paths.ts'
import { withdrawalPaths, withdrawalReadPaths } from './contract/withdrawals/paths.ts'
import type { bind as bindPaths } from './http/bind.ts'
import type { Send } from './http/transport.ts'

/** What holds a file is sent as a form. */
const asForm =
  (send: Send): Send =>
  (method, path, options, body) => {
    const fields = Object.entries(body ?? {}).filter(([, value]) => value !== undefined)
    if (!fields.some(([, value]) => value instanceof Blob)) return send(method, path, options, body)
    const form = new FormData()
    for (const [name, value] of fields) form.append(name, value instanceof Blob ? value : String(value))
    return send(method, path, { ...options, raw: form })
  }

/**
 * What few pages ask for: identities, top-ups, withdrawals and referrals. It is given `bind`, which an import would put into a chunk of its
 * own. `sendByKey`: before anybody has signed in.
 */
export function laterAreas(
  send: Send,
  bind: typeof bindPaths,
  sendByKey: Send,
): Pick<ConnectClient, 'kyc' | 'kycDocuments' | 'kycUploads' | 'topups' | 'withdrawals' | 'referral'> {
  type Areas = typeof clientSchemas
  return {
    topups: bind<Areas['topups']>({ ...topupPaths, ...topupReadPaths }, send),
    withdrawals: bind<Areas['withdrawals']>({ ...withdrawalPaths, ...withdrawalReadPaths }, send),
    referral: {
      ...bind<Pick<Areas['referral'], 'get' | 'redeem'>>(referralPaths, send),
      ...bind<Pick<Areas['referral'], 'visit'>>(referralVisitPaths, sendByKey),
    },
    kyc: bind<Areas['kyc']>(kycPaths, send),
    kycDocuments: bind<Areas['kycDocuments']>(kycDocumentPaths, asForm(send)),
    kycUploads: {
      ...bind<Areas['kycUploads']>(kycUploadPaths, send),
      append: async ({ uploadId, offset, bytes }, options = {}) => {
        const headers = { 'tus-resumable': '1.0.0', 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }
        await send('PATCH', `/v1/kyc/uploads/${encodeURIComponent(uploadId)}`, { ...options, headers, raw: bytes })
      },
    },
  }
}
