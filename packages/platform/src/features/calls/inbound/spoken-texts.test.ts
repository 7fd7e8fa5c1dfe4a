import { spokenLanguages, spokenOccasions, type SpokenLanguage } from '@impacthub/sdk/contract'
import { describe, expect, it } from 'vitest'
import { occasionOf } from './answer-inbound.ts'
import { speechFor } from './spoken-texts.ts'

const scripts: Readonly<Record<SpokenLanguage, RegExp>> = {
  en: /^[A-Za-z ,.']+$/,
  hi: /^[\p{Script=Devanagari}\s,।.]+$/u,
  mr: /^[\p{Script=Devanagari}\s,।.]+$/u,
  bn: /^[\p{Script=Bengali}\s,।]+$/u,
  te: /^[\p{Script=Telugu}\s\u200c,.]+$/u,
  ta: /^[\p{Script=Tamil}\s,.]+$/u,
  gu: /^[\p{Script=Gujarati}\s,.]+$/u,
  kn: /^(?:[\p{Script=Kannada}\s,.]|\u200c|\u200d)+$/u,
  ml: /^[\p{Script=Malayalam}\s,.]+$/u,
  pa: /^[\p{Script=Gurmukhi}\s,।]+$/u,
}

describe.each(spokenLanguages)('in %s', (language) => {
  it.each(spokenOccasions)('there are words for %s, in the script of the language', (occasion) => {
    const speech = speechFor(occasion, [language], {})
    expect(speech.language).toBe(language)
    expect(speech.text).toMatch(scripts[language])
  })
})

describe('the words', () => {
  it('are in the first language that there are words in, else in English', () => {
    expect(speechFor('no_balance', ['ur', 'bn', 'hi'], {}).language).toBe('bn')
    expect(speechFor('no_balance', [], {}).language).toBe('en')
    expect(speechFor('no_balance', ['constructor', '__proto__', 'xx'], {}).language).toBe('en')
  })

  it('are the app’s own before ours', () => {
    const own = { hi: { no_balance: 'सिक्के डालें' } } as const
    expect(speechFor('no_balance', ['hi'], own).text).toBe('सिक्के डालें')
    expect(speechFor('own_number', ['hi'], own).text).not.toBe('सिक्के डालें')
    expect(speechFor('no_balance', ['en', 'hi'], own).language).toBe('en')
  })
})

describe('a refusal', () => {
  it('does not tell blocked from away, or why somebody is away', () => {
    expect(new Set((['callee_offline', 'callee_blocked', 'phone_missing'] as const).map(occasionOf))).toEqual(
      new Set(['callee_unavailable']),
    )
  })

  it('of a kind that nobody has thought of is trouble on our side', () => {
    expect((['ledger_frozen', 'provider_unavailable', 'internal', 'conflict'] as const).map(occasionOf)).toEqual(
      Array(4).fill('unavailable'),
    )
  })
})
