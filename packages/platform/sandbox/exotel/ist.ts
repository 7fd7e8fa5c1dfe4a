// Times carry no zone; the Mumbai platform means Indian Standard Time by them.
const IST_OFFSET_MS = 5.5 * 3_600_000

/** `2017-03-03 10:48:33` */
export function istTime(ms: number): string {
  return new Date(ms + IST_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** The moment that such a text means; undefined if it is none. A day alone is its first second. */
export function fromIst(text: string): number | undefined {
  const [, day, time = '00:00:00'] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d))?$/.exec(text) ?? []
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${time}Z`) - IST_OFFSET_MS
  return Number.isNaN(ms) ? undefined : ms
}
