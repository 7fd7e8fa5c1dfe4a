/** Texts of a rating in English. */
export const callRatingEn = {
  rate: 'Rate this call',
  star: '{n} star|{n} stars',
  why: 'What stood out?',
  good_sound: 'Good sound',
  helpful: 'Helpful',
  friendly: 'Friendly',
  bad_sound: 'Bad sound',
  dropped: 'Call dropped',
  rude: 'Rude',
  not_helpful: 'Not helpful',
  wrong_person: 'Wrong person',
  other: 'Something else',
  comment: 'Tell us more (optional)',
  send: 'Send rating',
  sending: 'Sending…',
  change: 'Change rating',
  rated: 'You gave {n} star.|You gave {n} stars.',
}

export type CallRatingTexts = Readonly<typeof callRatingEn>
