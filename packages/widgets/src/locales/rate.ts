import type { Call } from '@impacthub/sdk'
import { fill } from './format.ts'

/** A price per minute where that is whole, else as it is charged. */
export function rateText(rate: Call['rate'], texts: { readonly price: string; readonly oddPrice: string }, language?: string): string {
  const perMinute = (rate.coins * 60) / rate.seconds
  return Number.isInteger(perMinute)
    ? fill(texts.price, { n: perMinute }, language)
    : fill(texts.oddPrice, { n: rate.coins, seconds: rate.seconds }, language)
}
