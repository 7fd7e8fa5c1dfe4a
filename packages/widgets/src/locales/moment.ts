/** Day and time of something that was: `5 Jan, 10:00 AM`. */
export const momentText = (time: string, language: string): string =>
  new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }).format(new Date(time))

/** A day: `5 Jan 2026`. */
export const dayText = (time: string, language: string): string =>
  new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(time))
