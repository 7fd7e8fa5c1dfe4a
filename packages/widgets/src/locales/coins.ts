/** A change of coins with its sign: `+65`, `−130`. */
export const signedCoins = (coins: number, language: string): string =>
  new Intl.NumberFormat(language, { signDisplay: 'exceptZero' }).format(coins).replace('-', '−')
