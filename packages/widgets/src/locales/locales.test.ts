import { describe, expect, it } from 'vitest'
import { adviceText } from '../elements/kyc-uploader/kyc-words.ts'
import { standing } from '../testing/scripted-kyc.ts'
import { catalogues, loadCatalogue } from './catalogue.ts'
import { durationText, timerText } from './duration.ts'
import { callButtonEn } from './en/call-button.ts'
import { callHistoryEn } from './en/call-history.ts'
import { callPanelEn } from './en/call-panel.ts'
import { callRatingEn } from './en/call-rating.ts'
import { friendCodeEn } from './en/friend-code.ts'
import { kycEn } from './en/kyc.ts'
import { presenceEn } from './en/presence.ts'
import { problemsEn, problemText } from './en/problems.ts'
import { referralEn } from './en/referral.ts'
import { topupEn } from './en/topup.ts'
import { waitingEn } from './en/waiting.ts'
import { walletEn } from './en/wallet.ts'
import { withdrawEn } from './en/withdraw.ts'
import { fill } from './format.ts'
import { dayText, momentText } from './moment.ts'
import { isolated } from './isolated.ts'

const areas = {
  callButton: callButtonEn,
  callHistory: callHistoryEn,
  callPanel: callPanelEn,
  callRating: callRatingEn,
  friendCode: friendCodeEn,
  kyc: kycEn,
  presence: presenceEn,
  problems: problemsEn,
  referral: referralEn,
  topup: topupEn,
  waiting: waitingEn,
  wallet: walletEn,
  withdraw: withdrawEn,
}
const scripts: Readonly<Record<string, string>> = {
  hi: 'Devanagari',
  bn: 'Bengali',
  te: 'Telugu',
  mr: 'Devanagari',
  ta: 'Tamil',
  gu: 'Gujarati',
  kn: 'Kannada',
  ml: 'Malayalam',
  pa: 'Gurmukhi',
  ur: 'Arabic',
}

const names = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe('texts', () => {
  it('count as the language counts, and write numbers as it writes them', () => {
    expect(fill('{n} coin|{n} coins', { n: 1 })).toBe('1 coin')
    expect(fill('{n} coin|{n} coins', { n: 1_234_567 }, 'en-IN')).toBe('12,34,567 coins')
    expect(fill('{n} कॉइन', { n: 5 }, 'hi')).toBe('5 कॉइन')
    expect(fill('to {name}, {nobody}', { name: '$& {n}' })).toBe('to $& {n}, ')
  })

  it('write Latin digits in every script', async () => {
    const written = async (tag: string) => fill('{n}', { n: 1_245 }, (await loadCatalogue(tag))?.language)
    const tags = ['bn', 'bn-IN-u-nu-beng', 'mr-IN', 'ur-IN', 'hi']
    expect(await Promise.all(tags.map(written))).toEqual(tags.map(() => '1,245'))
    // A tag that is none is no language.
    await expect(loadCatalogue('bn-')).rejects.toThrow(RangeError)
  })

  it('keep apart what runs the other way', async () => {
    expect(fill((await loadCatalogue('ur'))?.callHistory?.call ?? '', { name: 'Ravi (2)' })).toContain('\u2068Ravi (2)\u2069 ')
    expect(['علی', 'Ravi'].map(isolated)).toEqual(['\u2068علی\u2069', 'Ravi'])
  })

  it.each([...catalogues.keys()])('are there in %s, each with the values of the English one, in its own script', async (language) => {
    const catalogue = await loadCatalogue(`${language}-IN`)
    expect(catalogue?.language).toMatch(new RegExp(`^${language}-(IN|u-nu-latn)$`))
    const script = new RegExp(`\\p{Script=${scripts[language] ?? 'Latin'}}`, 'u')
    for (const [area, english] of Object.entries(areas)) {
      const theirs = Object.entries(catalogue ?? {}).find(([name]) => name === area)?.[1] as unknown
      const texts = new Map(Object.entries(theirs ?? {}))
      for (const [key, text] of Object.entries(english)) {
        const said = String(texts.get(key) ?? '')
        for (const form of said.split('|')) expect([area, key, names(form)]).toEqual([area, key, names(text)])
        expect([area, key, said === '']).toEqual([area, key, text === ''])
        // What is more than values and names is said in the language's own letters.
        if (/\p{L}/u.test(said.replaceAll(/\{\w+\}|WhatsApp|IFSC/g, '')))
          expect([area, key, said]).toEqual([area, key, expect.stringMatching(script)])
      }
    }
  })

  it('stay English for languages that are not there', async () => {
    expect(await loadCatalogue('fr')).toBeUndefined()
    expect(await loadCatalogue('__proto__')).toBeUndefined()
    expect(await loadCatalogue('en-IN')).toEqual({ language: 'en-IN' })
  })

  it('know every problem by its code, and something to say for the rest', () => {
    expect(problemText('callee_busy')).toBe(problemsEn.callee_busy)
    expect(problemText('timeout')).toBe(problemsEn.network_error)
    expect(problemText('toString')).toBe(problemsEn.other)
  })

  it('name the months in every language, also where the browser does not', () => {
    const time = '2026-01-05T10:00:00Z'
    const verified = { ...standing, status: 'verified', expiresAt: time } as const
    for (const language of catalogues.keys()) {
      const said = [momentText(time, language), dayText(time, language), adviceText(verified, { texts: kycEn, language })]
      for (const text of said) expect([language, text]).toEqual([language, expect.not.stringMatching(/M\d|until \./)])
    }
  })

  it('tell durations', () => {
    expect([0, 59.9, 65, 3_725].map((seconds) => timerText(seconds))).toEqual(['00:00', '00:59', '01:05', '1:02:05'])
    expect([0, 60, 3_605].map((seconds) => durationText(seconds))).toEqual(['0 sec', '1 min', '1 hr 5 sec'])
  })
})
