/** Texts of the call button in English. */
export const callButtonEn = {
  call: 'Call',
  end: 'End call',
  asking: 'Calling…',
  ending: 'Ending…',
  price: '{n} coin per minute|{n} coins per minute',
  oddPrice: '{n} coin per {seconds} s|{n} coins per {seconds} s',
  initiated: 'Your phone will ring. Pick up.',
  ringing: 'Ringing. Pick up your phone.',
  in_progress: 'In call',
  busy: 'In another call',
  offline: 'Not available now',
  self: 'This is you',
  elsewhere: 'You are in a call',
  noNetwork: 'No connection. Trying again…',
}

export type CallButtonTexts = Readonly<typeof callButtonEn>
