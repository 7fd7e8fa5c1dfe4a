/** The types of numbers on offer, as they appear in paths. */
export const numberTypes = ['Landline', 'Mobile', 'TollFree'] as const
/** One of them. */
export type NumberType = (typeof numberTypes)[number]

/** A block of made-up numbers of ten digits, the last four of them free. */
interface Block {
  readonly iso: string
  readonly dialCode: string
  readonly type: NumberType
  readonly prefix: string
  readonly region: string | null
}

const blocks: readonly Block[] = [
  { iso: 'IN', dialCode: '91', type: 'Landline', prefix: '226980', region: 'MU' },
  { iso: 'IN', dialCode: '91', type: 'Landline', prefix: '804710', region: 'KA' },
  { iso: 'IN', dialCode: '91', type: 'Landline', prefix: '114710', region: 'DL' },
  { iso: 'IN', dialCode: '91', type: 'Mobile', prefix: '951388', region: 'KA' },
  { iso: 'IN', dialCode: '91', type: 'Mobile', prefix: '913788', region: 'MH' },
  { iso: 'IN', dialCode: '91', type: 'TollFree', prefix: '180041', region: null },
  { iso: 'SG', dialCode: '65', type: 'Landline', prefix: '3158', region: null },
]

// The last four digits below this are those that have a meaning when they are dialled.
const FIRST_SUBSCRIBER = 2_000

/** A number that can be bought. */
export interface Offer {
  readonly phoneNumber: string
  readonly iso: string
  readonly type: NumberType
  readonly region: string | null
}

/** Whether numbers of this country are on offer at all. */
export const isOnOffer = (iso: string): boolean => blocks.some((block) => block.iso === iso)

/** The countries and types on offer. */
export function countriesOnOffer(): { iso: string; types: NumberType[] }[] {
  return [...new Set(blocks.map(({ iso }) => iso))].map((iso) => ({
    iso,
    types: numberTypes.filter((type) => blocks.some((block) => block.iso === iso && block.type === type)),
  }))
}

/** What a search may ask for. */
export interface NumberWish {
  readonly iso: string
  readonly type: NumberType
  readonly contains?: string | undefined
  readonly region?: string | undefined
}

/** The numbers that fit, always in the same order. */
export function* offers({ iso, type, contains, region }: NumberWish): Generator<Offer> {
  const fitting = blocks.filter((block) => block.iso === iso && block.type === type && (region === undefined || block.region === region))
  for (let index = 0; index < 10_000 - FIRST_SUBSCRIBER; index += 1) {
    const subscriber = FIRST_SUBSCRIBER + ((index * 37) % (10_000 - FIRST_SUBSCRIBER))
    for (const block of fitting) {
      const phoneNumber = `+${block.dialCode}${block.prefix}${subscriber}`
      if (contains === undefined || phoneNumber.includes(contains)) yield { phoneNumber, iso, type, region: block.region }
    }
  }
}

/** The offer that a number is of, if it is one. */
export function offerOf(phoneNumber: string): Offer | undefined {
  const block = blocks.find(({ dialCode, prefix }) => phoneNumber.slice(0, -4) === `+${dialCode}${prefix}`)
  if (!block || Number(phoneNumber.slice(-4)) < FIRST_SUBSCRIBER) return undefined
  return { phoneNumber, iso: block.iso, type: block.type, region: block.region }
}
