/** `Tue, 31 Aug 2010 20:36:29 +0000` */
export function rfc2822(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000')
}
