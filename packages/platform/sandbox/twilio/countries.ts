/** The types of numbers on offer, as they appear in paths. */
export const numberTypes = ['Local', 'TollFree', 'Mobile'] as const
/** One of them. */
export type NumberType = (typeof numberTypes)[number]

interface Country {
  readonly name: string
  readonly dialCode: string
  /** What a made-up number starts with (behind the dial code), for each type on offer. */
  readonly prefixes: Partial<Record<NumberType, readonly string[]>>
  /** Digits that follow the prefix. */
  readonly subscriberDigits: number
  readonly locality: string
}

/** Where numbers are on offer. The numbers are made up; where a country keeps a range for fiction it is used. */
export const countries: Readonly<Record<string, Country>> = {
  US: {
    name: 'United States',
    dialCode: '1',
    prefixes: { Local: ['415555', '212555', '512555', '312555', '206555'], TollFree: ['800555', '888555'] },
    subscriberDigits: 4,
    locality: 'San Francisco',
  },
  CA: {
    name: 'Canada',
    dialCode: '1',
    prefixes: { Local: ['416555', '604555'], TollFree: ['833555'] },
    subscriberDigits: 4,
    locality: 'Toronto',
  },
  GB: {
    name: 'United Kingdom',
    dialCode: '44',
    prefixes: { Local: ['207946', '161496'], TollFree: ['808157'], Mobile: ['770090'] },
    subscriberDigits: 4,
    locality: 'London',
  },
  IN: {
    name: 'India',
    dialCode: '91',
    prefixes: { Local: ['224000', '804000'], TollFree: ['800055'], Mobile: ['999990'] },
    subscriberDigits: 4,
    locality: 'Mumbai',
  },
  DE: {
    name: 'Germany',
    dialCode: '49',
    prefixes: { Local: ['3023125', '8999998'], Mobile: ['15228817'] },
    subscriberDigits: 3,
    locality: 'Berlin',
  },
  SG: { name: 'Singapore', dialCode: '65', prefixes: { Local: ['6555'], Mobile: ['8555'] }, subscriberDigits: 4, locality: 'Singapore' },
  AU: {
    name: 'Australia',
    dialCode: '61',
    prefixes: { Local: ['25550', '35550'], TollFree: ['18009'], Mobile: ['49157'] },
    subscriberDigits: 4,
    locality: 'Sydney',
  },
}

const byDialCode = Object.entries(countries).map(([iso, { dialCode }]) => ({ iso, dialCode }))

/** The country of a number, as far as this table goes. */
export function countryOf(number: string): string | undefined {
  if (!number.startsWith('+')) return undefined
  if (number.startsWith('+1')) {
    const offersCanada = [...(countries['CA']?.prefixes.Local ?? []), ...(countries['CA']?.prefixes.TollFree ?? [])]
    return offersCanada.some((prefix) => number.startsWith(`+1${prefix.slice(0, 3)}`)) ? 'CA' : 'US'
  }
  return byDialCode.find(({ dialCode }) => number.startsWith(`+${dialCode}`))?.iso
}

/** E.164, from what people type: spaces, dots, hyphens and brackets are dropped. Undefined if it is no such number. */
export function toE164(text: string): string | undefined {
  const bare = text.replace(/[ ().-]/g, '')
  return /^\+[1-9]\d{7,14}$/.test(bare) ? bare : undefined
}

/** How a number is shown to people. */
export function formatted(number: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number)
  return american ? `(${american[1]}) ${american[2]}-${american[3]}` : number
}

/** What a search may ask for. */
export interface NumberWish {
  readonly contains?: string | undefined
  readonly areaCode?: string | undefined
}

/** The numbers of one type in one country that fit, always in the same order; ends in a magic four digits are left out. */
export function* offers(iso: string, type: NumberType, wish: NumberWish = {}): Generator<string> {
  const country = countries[iso]
  const known = country?.prefixes[type] ?? []
  const prefixes = wish.areaCode === undefined ? known : known.filter((prefix) => prefix.startsWith(wish.areaCode ?? ''))
  // Every area code of the North American plan has numbers, not only those that are shown unasked.
  const searched = prefixes.length === 0 && wish.areaCode !== undefined && type === 'Local' ? [`${wish.areaCode}555`] : prefixes
  const fits = matcher(wish.contains)
  if (!country) return
  const width = country.subscriberDigits
  for (let index = 0; index < 10 ** width - 2_000 * 10 ** (width - 4); index += 1) {
    for (const prefix of searched) {
      const subscriber = String(2_000 * 10 ** (width - 4) + ((index * 37) % (8_000 * 10 ** (width - 4)))).padStart(width, '0')
      const number = `+${country.dialCode}${prefix}${subscriber}`
      if (fits(number)) yield number
    }
  }
}

/** Whether the number is one of those on offer. */
export function offeredAs(number: string): NumberType | undefined {
  const country = countries[countryOf(number) ?? '']
  if (!country) return undefined
  const rest = number.slice(country.dialCode.length + 1)
  const { subscriberDigits: width } = country
  if (Number(rest.slice(-width)) < 2_000 * 10 ** (width - 4)) return undefined
  const shown = numberTypes.find((type) => country.prefixes[type]?.includes(rest.slice(0, -width)))
  if (shown) return shown
  return country.dialCode === '1' && /^[2-9]\d{2}555\d{4}$/.test(rest) ? 'Local' : undefined
}

const KEYS = ['', '', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ']

/** `*` stands for any digit, letters for the keys they are on; the pattern may be anywhere in the number. */
function matcher(contains: string | undefined): (number: string) => boolean {
  if (contains === undefined) return () => true
  const wanted = Array.from(contains.replace(/^\+/, '').toUpperCase(), (char) => {
    const key = KEYS.findIndex((letters) => letters.includes(char) && letters !== '')
    return key < 0 ? char : String(key)
  })
  return (number) => {
    const digits = number.slice(1)
    for (let at = 0; at + wanted.length <= digits.length; at += 1) {
      if (wanted.every((want, index) => want === '*' || want === digits[at + index])) return true
    }
    return false
  }
}
