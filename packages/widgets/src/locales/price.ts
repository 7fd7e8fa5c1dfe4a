/** An amount in a currency's smallest unit, as the language writes it: `₹99`, `₹99.50`. */
export function priceText(amount: number, currency: string, language: string): string {
  const money = new Intl.NumberFormat(language, { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' })
  return money.format(amount / 10 ** (money.resolvedOptions().maximumFractionDigits ?? 2))
}
