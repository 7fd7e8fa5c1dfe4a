const day = 86_400_000

/** How long a number that somebody gave up is given to nobody else. */
export const coolDownMs = day

/** How long after a call the two reach each other by dialling the number that they saw. */
export const callBackMs = 7 * day

/** How long a pair is remembered after its number may stand for others: the next call between the two shows the same one when it can. */
export const rememberMs = 30 * day
