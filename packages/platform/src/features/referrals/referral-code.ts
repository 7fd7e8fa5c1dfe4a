import { readableCode } from '../../base/ids.ts'
import { rudeWords } from './rude-words.ts'

/** Digits that are read as letters, and a letter that stands for another. */
const readAs: Readonly<Record<string, string>> = { 2: 'Z', 3: 'E', 4: 'A', 5: 'S', 6: 'G', 7: 'T', 8: 'B', 9: 'G', V: 'U' }

const spelled = (code: string): string => code.replaceAll(/[2-9V]/g, (letter) => readAs[letter] ?? letter)

const rudeSpellings = [...new Set(rudeWords.flatMap((word) => [word, spelled(word)]))]

/** Whether somebody would be ashamed to read it out. */
export function isRude(code: string): boolean {
  const spellings = [code, spelled(code)]
  return rudeSpellings.some((word) => spellings.some((spelling) => spelling.includes(word)))
}

const codeLength = 7

/** A code that a person can read out and wants to: no look-alikes, no rude words. */
export function makeReferralCode(make: (length: number) => string = readableCode): string {
  for (;;) {
    const code = make(codeLength)
    if (!isRude(code)) return code
  }
}
