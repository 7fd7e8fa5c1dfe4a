/** Texts of the presence element in English. */
export const presenceEn = {
  online: 'Online',
  busy: 'In a call',
  offline: 'Offline',
  unknown: 'Not known',
  loading: 'Loading…',
  stale: '{status}, last known',
}

export type PresenceTexts = Readonly<typeof presenceEn>
