const two = (value: number) => String(value).padStart(2, '0')

/** A running timer: `05:09`, `1:05:09`. */
export function timerText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const hours = Math.floor(whole / 3_600)
  const rest = `${two(Math.floor((whole % 3_600) / 60))}:${two(whole % 60)}`
  return hours > 0 ? `${hours}:${rest}` : rest
}

/** A duration in words, e.g. `2 min 5 sec`, as the language abbreviates it. */
export function durationText(seconds: number, language = 'en'): string {
  const whole = Math.max(0, Math.round(seconds))
  const parts: [number, string][] = [
    [Math.floor(whole / 3_600), 'hour'],
    [Math.floor((whole % 3_600) / 60), 'minute'],
    [whole % 60, 'second'],
  ]
  const told = parts.filter(([value]) => value > 0)
  return (told.length > 0 ? told : parts.slice(2))
    .map(([value, unit]) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value))
    .join(' ')
}
