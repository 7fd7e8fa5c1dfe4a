/** Texts of waiting for somebody in English. */
export const waitingEn = {
  wait: 'Tell me when free',
  joining: 'One moment…',
  place: 'You are {place} in line. You are told here when it is your turn.',
  first: '{n}st|{n}nd|{n}rd|{n}th',
  leave: 'Stop waiting',
  call: 'Free now – Call',
  turn: 'It is your turn to call.',
  left: 'Your turn: {n} s',
  passed: 'Your turn has passed.',
}

export type WaitingTexts = Readonly<typeof waitingEn>
