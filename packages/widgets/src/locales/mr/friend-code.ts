import type { FriendCodeTexts } from '../en/friend-code.ts'

/** Texts of entering a friend's code in Marathi. */
export const friendCodeMr: FriendCodeTexts = {
  hasCode: 'एखाद्या मित्राने तुम्हाला कोड दिला आहे का?',
  wasInvited: 'एका मित्राने तुम्हाला आमंत्रण दिले आहे',
  brings: 'त्यांच्या कोडमुळे तुम्हाला {coins} मिळतील.',
  enter: 'मित्राचा कोड',
  use: 'कोड वापरा',
  using: 'एक क्षण…',
  empty: 'कोड टाका.',
  notEligible: 'हा कोड तुमच्या खात्यासाठी वापरता येणार नाही.',
  got: 'मित्राच्या कोडमुळे तुम्हाला {coins} मिळाले.',
  awaits: 'तुमच्या मित्राचा कोड स्वीकारला आहे. {coins} येत आहेत.',
  awaitsTopup: 'तुमच्या मित्राचा कोड स्वीकारला आहे. तुम्ही पहिल्यांदा {price} किंवा त्याहून जास्त किमतीचे कॉइन्स खरेदी केल्यानंतर {coins} येतील.',
  awaitsCall: 'तुमच्या मित्राचा कोड स्वीकारला आहे. तुम्ही पहिल्यांदा {minutes} किंवा त्याहून जास्त वेळ कॉल केल्यानंतर {coins} येतील.',
}
