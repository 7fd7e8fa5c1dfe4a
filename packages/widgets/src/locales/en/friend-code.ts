/** Texts of entering a friend's code in English. */
export const friendCodeEn = {
  hasCode: 'Has a friend given you a code?',
  wasInvited: 'A friend has invited you',
  brings: 'Their code brings you {coins}.',
  enter: 'Friend’s code',
  use: 'Use code',
  using: 'One moment…',
  empty: 'Enter the code.',
  notEligible: 'This code cannot be used for your account.',
  got: 'A friend’s code has brought you {coins}.',
  awaits: 'Your friend’s code was accepted. {coins} are on their way.',
  awaitsTopup: 'Your friend’s code was accepted. {coins} come after your first top-up of {price} or more.',
  awaitsCall: 'Your friend’s code was accepted. {coins} come after your first call of {minutes} or more.',
}

export type FriendCodeTexts = Readonly<typeof friendCodeEn>
