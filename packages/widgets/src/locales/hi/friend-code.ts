import type { FriendCodeTexts } from '../en/friend-code.ts'

/** Texts of entering a friend's code in Hindi. */
export const friendCodeHi: FriendCodeTexts = {
  hasCode: 'क्या किसी दोस्त ने आपको कोड दिया है?',
  wasInvited: 'आपको एक दोस्त ने बुलाया है',
  brings: 'उनके कोड से आपको {coins} मिलते हैं।',
  enter: 'दोस्त का कोड',
  use: 'कोड लगाएँ',
  using: 'एक पल…',
  empty: 'कोड लिखें।',
  notEligible: 'यह कोड आपके खाते पर नहीं लग सकता।',
  got: 'दोस्त के कोड से आपको {coins} मिले।',
  awaits: 'दोस्त का कोड मान लिया गया। {coins} आने वाले हैं।',
  awaitsTopup: 'दोस्त का कोड मान लिया गया। पहली बार {price} या ज़्यादा के कॉइन ख़रीदने पर {coins} मिलेंगे।',
  awaitsCall: 'दोस्त का कोड मान लिया गया। पहली बार {minutes} या ज़्यादा की कॉल करने पर {coins} मिलेंगे।',
}
