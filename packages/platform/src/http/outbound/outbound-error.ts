/** Why a request to a customer's host brought no answer. */
export type OutboundFailure = 'timeout' | 'connection' | 'tls' | 'dns' | 'address_refused' | 'url_refused' | 'bad_answer'

export class OutboundError extends Error {
  readonly failure: OutboundFailure

  constructor(failure: OutboundFailure, options?: ErrorOptions) {
    super(`outbound request failed: ${failure}`, options)
    this.name = 'OutboundError'
    this.failure = failure
  }
}

const dnsCodes = /^(ENOTFOUND|ENODATA|ESERVFAIL|EREFUSED|EAI_|EBADNAME|EFORMERR|ETIMEOUT)/
const tlsCodes = /^(ERR_TLS|ERR_SSL|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|ERR_OSSL)/

/** What Node says, in our words. */
export function outboundError(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (dnsCodes.test(code)) return new OutboundError('dns', { cause: error })
  if (tlsCodes.test(code)) return new OutboundError('tls', { cause: error })
  if (code.startsWith('HPE_')) return new OutboundError('bad_answer', { cause: error })
  return new OutboundError('connection', { cause: error })
}
