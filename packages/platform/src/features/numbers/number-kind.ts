import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { NumberType } from '../../providers/telephony/port.ts'

export interface NumberKind {
  /** ISO 3166 alpha-2; null where the numbering plan names no country. */
  readonly country: string | null
  readonly type: NumberType | 'unknown'
}

const types: Readonly<Record<string, NumberType>> = {
  FIXED_LINE: 'local',
  FIXED_LINE_OR_MOBILE: 'local',
  MOBILE: 'mobile',
  TOLL_FREE: 'toll_free',
}

/** What the numbering plan says of a number in E.164. */
export function kindOf(phoneNumber: string): NumberKind {
  const parsed = parsePhoneNumberFromString(phoneNumber)
  return { country: parsed?.country ?? null, type: types[parsed?.getType() ?? ''] ?? 'unknown' }
}
