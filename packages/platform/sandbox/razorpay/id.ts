import { randomInt } from 'node:crypto'

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 14

/** 14 letters and digits, as in every identifier of Razorpay. */
export const randomName = (): string => Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')

/** An identifier of a kind: `order_` and 14 letters and digits. */
export const newId = (kind: 'order' | 'pay' | 'rfnd' | 'disp' | 'card' | 'cont' | 'fa' | 'fav' | 'pout'): string =>
  `${kind}_${randomName()}`
