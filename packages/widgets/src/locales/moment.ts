/** Some browsers know a language by its name only, and number its months: `M01 5`. Words that everybody reads are better then. */
function written(time: string, language: string, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(time)
  const text = new Intl.DateTimeFormat(language, options).format(date)
  return /M\d\d/.test(text) ? new Intl.DateTimeFormat('en-IN', options).format(date) : text
}

/** Day and time of something that was: `5 Jan, 10:00 AM`. */
export const momentText = (time: string, language: string): string =>
  written(time, language, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' })

/** A day: `5 Jan 2026`. */
export const dayText = (time: string, language: string): string =>
  written(time, language, { day: 'numeric', month: 'short', year: 'numeric' })
