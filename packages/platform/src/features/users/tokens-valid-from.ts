/** Tokens count whole seconds: from the next whole second on, every token minted until now is void. */
export const nextWholeSecond = (now: Date): Date => new Date((Math.floor(now.getTime() / 1_000) + 1) * 1_000)
