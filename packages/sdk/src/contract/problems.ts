interface ProblemKind {
  readonly status: number
  readonly title: string
  /** What the caller can do about it. */
  readonly remedy: string
}

/** Every error code of the API. Codes are stable; titles and remedies are for people. (RFC 9457) */
export const problems = {
  invalid_request: { status: 400, title: 'The request is not valid', remedy: 'Mend the fields named in errors[] and send it again.' },
  cannot_call_self: { status: 400, title: 'A user cannot call themself', remedy: 'Give another user as calleeId.' },
  idempotency_key_required: {
    status: 400,
    title: 'This request needs an Idempotency-Key',
    remedy: 'Send an Idempotency-Key header of 1 to 255 visible ASCII characters, and keep it over retries.',
  },
  image_unreadable: {
    status: 400,
    title: 'The file cannot be read as a picture',
    remedy: 'Take a new photograph and send it as JPEG, PNG or WebP, complete and unchanged.',
  },
  image_too_small: {
    status: 400,
    title: 'The picture has too few pixels to be read',
    remedy: 'Send at least 1024 × 768 pixels: go closer, and do not shrink or crop the photograph so far.',
  },
  image_too_large: {
    status: 400,
    title: 'The picture has too many pixels',
    remedy: 'Send at most 40 megapixels.',
  },
  pdf_refused: {
    status: 400,
    title: 'This PDF holds more than pages',
    remedy: 'PDFs with scripts, attachments, forms that act, or programs are not taken; send a photograph of the document instead.',
  },
  pdf_too_long: { status: 400, title: 'The PDF has too many pages', remedy: 'Send at most 10 pages.' },
  pdf_password_required: {
    status: 400,
    title: 'The PDF is locked',
    remedy:
      'Send its password as well; of an e-Aadhaar that is four letters of the name in capitals and the year of birth. It is not kept.',
  },
  document_side_missing: {
    status: 400,
    title: 'A side of the document is missing',
    remedy: 'Upload every side that GET /v1/kyc calls required of this type, or a PDF that shows both, and name all of them.',
  },
  pdf_password_wrong: { status: 400, title: 'The password does not open the PDF', remedy: 'Send the right one with the same file.' },
  unauthenticated: {
    status: 401,
    title: 'The credential is missing, wrong, expired or revoked',
    remedy: 'Send a valid key or a fresh user token as Authorization: Bearer.',
  },
  insufficient_balance: { status: 402, title: 'Not enough coins in the wallet', remedy: 'Let the user top up, or ask for fewer coins.' },
  forbidden: {
    status: 403,
    title: 'This credential may not do that',
    remedy: 'Use a credential whose kind and scopes the reference names for this route.',
  },
  secret_key_in_browser: {
    status: 403,
    title: 'A secret key must not be used in a browser',
    remedy: 'Roll this key now, and call from your server; browsers use the publishable key and user tokens.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'This origin is not allowed for the app',
    remedy: 'Add the exact origin to the app’s allowedOrigins.',
  },
  not_eligible: {
    status: 403,
    title: 'This code cannot be used here',
    remedy: 'Nothing is to be mended: the offer does not hold for everybody.',
  },
  kyc_required: {
    status: 403,
    title: 'The user has to be verified first',
    remedy: 'Let the user hand in their documents; GET /v1/kyc says how they stand.',
  },
  not_found: { status: 404, title: 'No such thing here', remedy: 'Check the id and the mode (test or live) of the credential.' },
  method_not_allowed: { status: 405, title: 'This path does not take that method', remedy: 'Use a method named in the Allow header.' },
  request_timeout: { status: 408, title: 'The request took too long to arrive', remedy: 'Send it again.' },
  callee_busy: { status: 409, title: 'The callee is in another call', remedy: 'Try again when their presence is online.' },
  caller_busy: { status: 409, title: 'The caller is in another call', remedy: 'End that call first.' },
  callee_offline: { status: 409, title: 'The callee is not available', remedy: 'Try again when their presence is online.' },
  callee_blocked: { status: 409, title: 'A call between these two is not possible', remedy: 'Choose somebody else.' },
  phone_missing: { status: 409, title: 'One of the two has no phone number', remedy: 'Set the user’s phone with POST /v1/users first.' },
  no_caller_id: { status: 409, title: 'The app has no virtual number to call from', remedy: 'Add one with POST /v1/numbers.' },
  number_in_call: { status: 409, title: 'A call uses the number', remedy: 'End the call, or wait for its end, then try again.' },
  no_free_number: {
    status: 409,
    title: 'The app has no number to give away',
    remedy: 'Add one with POST /v1/numbers; the last shared number is given away only by name.',
  },
  user_in_call: { status: 409, title: 'The user is in a call', remedy: 'End the call, then try again.' },
  already_reversed: {
    status: 409,
    title: 'The transaction has been taken back already',
    remedy: 'Nothing of it is left to take back; read its reversals in the ledger.',
  },
  not_reversible: {
    status: 409,
    title: 'This transaction cannot be taken back here',
    remedy:
      'Give a call’s charge back with POST /v1/calls/{callId}/refund, take a referral’s coins back with POST /v1/referral/redemptions/{referralId}/reverse; correct anything else by a credit or a debit.',
  },
  consent_required: {
    status: 409,
    title: 'The user has not agreed to the notice',
    remedy: 'Show the notice of GET /v1/kyc/notice, and send their consent to its version with POST /v1/kyc/consents.',
  },
  submission_pending: {
    status: 409,
    title: 'A submission of the user is being looked at',
    remedy: 'Wait for its outcome: it is told live and by webhook.',
  },
  already_verified: { status: 409, title: 'The user is verified', remedy: 'Nothing is to be done; GET /v1/kyc says until when.' },
  too_many_submissions: {
    status: 409,
    title: 'Too many submissions of the user were rejected',
    remedy: 'Let a reviewer look: re-opening a submission opens the way again.',
  },
  coins_owed: {
    status: 409,
    title: 'The user owes coins',
    remedy: 'Nothing can be withdrawn until they are earned back; the wallet’s owedCoins says how many.',
  },
  withdrawals_disabled: {
    status: 409,
    title: 'Nothing can be withdrawn here',
    remedy: 'The app has to allow withdrawals with PATCH /v1/app.',
  },
  withdrawal_limit: {
    status: 409,
    title: 'That is fewer or more coins than may be withdrawn now',
    remedy: 'Ask for what GET /v1/withdrawals/terms names, or later.',
  },
  document_limit: {
    status: 409,
    title: 'Too many documents wait to be handed in',
    remedy: 'Delete some, or hand them in: 10 documents and 40 MiB can wait at a time.',
  },
  upload_offset_mismatch: {
    status: 409,
    title: 'The upload goes on at another offset',
    remedy: 'Ask for the upload’s offset, and send the bytes from there on.',
  },
  upload_incomplete: {
    status: 409,
    title: 'Not all bytes of the file have arrived',
    remedy: 'Send the rest from the upload’s offset on, then finish it.',
  },
  conflict: { status: 409, title: 'The current state does not allow this', remedy: 'Read the resource again and decide anew.' },
  idempotency_key_reused: {
    status: 409,
    title: 'This idempotency key was used for another request',
    remedy: 'Use a new key for a new request.',
  },
  idempotency_in_progress: {
    status: 409,
    title: 'The same request is still being worked on',
    remedy: 'Wait for Retry-After seconds and send it again with the same key.',
  },
  unsupported_tus_version: {
    status: 412,
    title: 'This version of tus is not spoken here',
    remedy: 'Send Tus-Resumable: 1.0.0.',
  },
  payload_too_large: { status: 413, title: 'The body is too large', remedy: 'Send at most the size that the reference names.' },
  uri_too_long: { status: 414, title: 'The URL is too long', remedy: 'Keep it under 8 KiB.' },
  unsupported_media_type: {
    status: 415,
    title: 'This content type is not taken here',
    remedy: 'Send application/json in UTF-8, not compressed.',
  },
  file_type_refused: {
    status: 415,
    title: 'This kind of file is not taken',
    remedy: 'Send a JPEG, PNG, WebP or PDF whose name and type say the same as its content, and that is nothing else besides.',
  },
  upgrade_required: { status: 426, title: 'This path speaks WebSocket', remedy: 'Open it as a WebSocket, or use /v1/realtime/poll.' },
  rate_limited: { status: 429, title: 'Too many requests', remedy: 'Wait for Retry-After seconds.' },
  headers_too_large: { status: 431, title: 'The headers are too large', remedy: 'Send fewer or smaller headers.' },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    remedy: 'Send the request again; if it stays, tell us the requestId.',
  },
  provider_unavailable: { status: 503, title: 'The provider behind this did not answer', remedy: 'Try again after Retry-After seconds.' },
  ledger_frozen: {
    status: 503,
    title: 'The app’s ledger is frozen',
    remedy: 'Coins cannot move until the operator has released it; reading goes on.',
  },
  unavailable: {
    status: 503,
    title: 'The platform cannot answer right now',
    remedy: 'Try again after Retry-After seconds with the same Idempotency-Key.',
  },
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof problems

export interface FieldError {
  /** JSON pointer to the field (RFC 6901): `/coins`; `/query/limit` and `/params/callId` outside the body. */
  readonly pointer: string
  readonly detail: string
}

/** The body of every answer that is not a success: `application/problem+json`. */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ProblemCode
  readonly requestId: string
  readonly errors?: readonly FieldError[]
}
