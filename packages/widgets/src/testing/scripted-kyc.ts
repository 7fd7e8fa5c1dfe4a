import { ConnectError, type ConnectClient, type KycDocument, type KycNotice, type KycStanding } from '@impacthub/sdk'

export const notice: KycNotice = {
  version: '2026-11',
  language: 'en',
  title: 'Before we check your identity',
  paragraphs: ['We check that you are who you say you are before coins are paid out.', 'Pictures are deleted after a year.'],
  items: ['Pictures of your document', 'Its number, your name and your date of birth'],
  agreement: 'I agree that my identity is checked with these data.',
}

export const standing: KycStanding = {
  userId: 'asha',
  status: 'not_started',
  reasons: [],
  note: null,
  submissionId: null,
  type: null,
  verifiedAt: null,
  expiresAt: null,
  updatedAt: null,
  canSubmit: true,
  retryAt: null,
  attemptsLeft: 3,
  documents: [
    { type: 'pan', sides: ['front'], required: ['front'] },
    { type: 'aadhaar', sides: ['front', 'back'], required: ['front'] },
    { type: 'driving_license', sides: ['front', 'back'], required: ['front', 'back'] },
  ],
  consent: { currentVersion: notice.version, given: true, givenAt: '2026-11-01T10:00:00Z' },
}

/** What the scripted platform answers about identities. */
export interface KycScript {
  readonly kyc?: Partial<KycStanding> | (() => Promise<KycStanding>)
  readonly notice?: Partial<KycNotice>
  /** Whether they have agreed before; yes unless told. */
  readonly consented?: boolean
  readonly documents?: readonly KycDocument[]
  /** Before a piece of an upload is taken: may wait, or throw. */
  readonly onPiece?: (offset: number) => Promise<void> | void
  /** Before an upload becomes a document: may throw. */
  readonly onFinish?: (password: string | undefined) => void
  /** Before a consent is taken: may throw. */
  readonly onConsent?: () => void
  /** Before a document is deleted: may wait. */
  readonly onDelete?: () => Promise<void>
  readonly submit?: ConnectClient['kyc']['submit']
}

/** What a test asks of the scripted platform. */
export interface KycBook {
  readonly asked: string[]
  /** Bytes of each upload, by its id. */
  readonly uploads: Map<
    string,
    {
      readonly type: KycDocument['type']
      readonly side: KycDocument['side']
      readonly format: KycDocument['format']
      length: number
      received: number
      document: KycDocument | null
    }
  >
}

export const newKycBook = (): KycBook => ({ asked: [], uploads: new Map() })

export function kycOf(script: KycScript, book: KycBook): Pick<ConnectClient, 'kyc' | 'kycDocuments' | 'kycUploads'> {
  let consent = { ...standing.consent, given: script.consented ?? true }
  const stateOf = (id: string) => {
    const upload = book.uploads.get(id)
    if (!upload) throw new ConnectError('not_found', 'no such upload', { status: 404 })
    const { type, side, length, received: offset, document } = upload
    return { upload, answer: { id, type, side, length, offset, expiresAt: '2026-11-24T10:00:00Z', document } }
  }
  return {
    kyc: {
      get: async () => ({ ...standing, ...(await (typeof script.kyc === 'function' ? script.kyc() : script.kyc)), consent }),
      getNotice: () => Promise.resolve({ ...notice, ...script.notice }),
      consent: async ({ version, language }) => {
        script.onConsent?.()
        book.asked.push(`consent ${version}`)
        consent = { ...consent, given: true }
        return { version, language, givenAt: '2026-11-23T10:00:00Z' }
      },
      withdrawConsent: () => Promise.resolve(),
      submit: (wish, options) => {
        book.asked.push(`submit ${wish.type} ${wish.documentIds.join(',')}`)
        return script.submit?.(wish, options) ?? Promise.resolve({ id: 'kyc_1', status: 'pending', reasons: [] })
      },
    },
    kycDocuments: {
      create: () => Promise.reject(new ConnectError('not_found', 'not scripted', { status: 404 })),
      list: () => Promise.resolve({ data: [...(script.documents ?? [])] }),
      delete: ({ documentId }) => {
        book.asked.push(`delete ${documentId}`)
        return script.onDelete?.() ?? Promise.resolve()
      },
    },
    kycUploads: {
      create: ({ type = 'pan', side = 'front', length = 0, fileType } = {}) => {
        const id = `upl_${book.uploads.size + 1}`
        book.uploads.set(id, {
          type,
          side,
          format: fileType === 'application/pdf' ? 'pdf' : 'picture',
          length,
          received: 0,
          document: null,
        })
        book.asked.push(`begin ${type} ${side}`)
        return Promise.resolve(stateOf(id).answer)
      },
      get: ({ uploadId }) => {
        book.asked.push(`get ${uploadId}`)
        return Promise.resolve().then(() => stateOf(uploadId).answer)
      },
      append: async ({ uploadId, offset, bytes }) => {
        await script.onPiece?.(offset)
        const { upload } = stateOf(uploadId)
        if (offset !== upload.received) throw new ConnectError('upload_offset_mismatch', 'elsewhere', { status: 409 })
        upload.received += bytes.size
      },
      finish: async ({ uploadId, password }) => {
        script.onFinish?.(password)
        const { upload } = stateOf(uploadId)
        const { type, side } = upload
        upload.document ??= {
          id: `doc_${uploadId.slice(4)}`,
          type,
          side,
          pages: 1,
          format: upload.format,
          hints: [],
          createdAt: '2026-11-23T10:00:00Z',
        }
        return upload.document
      },
      cancel: ({ uploadId }) => {
        book.asked.push(`cancel ${uploadId}`)
        return Promise.resolve()
      },
    },
  }
}
