import type { CheckReason } from '../port.ts'

/** What the body's code means, whatever the HTTP status; 101 is the only good one. */
export const reasonOfCode: Readonly<Record<number, CheckReason>> = {
  102: 'number_invalid',
  103: 'number_not_found',
  104: 'too_many_attempts',
  105: 'request_refused',
  106: 'multiple_records',
  107: 'not_supported',
  108: 'source_down',
  109: 'multiple_records',
}

/** What the HTTP status means where it is not a good one. Only the registry's absence and a lost answer may be asked again. */
export const reasonOfStatus: Readonly<Record<number, CheckReason>> = {
  400: 'request_refused',
  401: 'account_blocked',
  402: 'account_blocked',
  403: 'account_blocked',
  429: 'throttled',
  503: 'source_down',
  504: 'timed_out',
}

/** Of a call that reads a picture, these two are said of the picture. */
export const reasonOfPictureCode: Readonly<Record<number, CheckReason>> = {
  ...reasonOfCode,
  102: 'document_unreadable',
  103: 'document_unreadable',
}
