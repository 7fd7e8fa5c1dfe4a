/** E.164, from what customers send: with a plus, with the national `0`, or the bare ten digits of an Indian number. */
export function toE164(text: string): string | undefined {
  const bare = text.replace(/[ ().-]/g, '')
  if (/^\+[1-9]\d{7,14}$/.test(bare)) return bare
  const indian = /^(?:0|91)?([1-9]\d{9})$/.exec(bare)?.[1]
  return indian === undefined ? undefined : `+91${indian}`
}

/** How the v1 products write a number: an Indian one with the national `0`, any other in E.164. */
export function asWritten(e164: string): string {
  return e164.startsWith('+91') ? `0${e164.slice(3)}` : e164
}
