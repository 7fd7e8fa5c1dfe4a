import type { FriendCodeTexts } from '../en/friend-code.ts'

/** Texts of entering a friend's code in Gujarati. */
export const friendCodeGu: FriendCodeTexts = {
  hasCode: 'શું કોઈ મિત્રે તમને કોડ આપ્યો છે?',
  wasInvited: 'એક મિત્રે તમને આમંત્રણ આપ્યું છે',
  brings: 'તેમના કોડથી તમને {coins} મળે છે.',
  enter: 'મિત્રનો કોડ',
  use: 'કોડ વાપરો',
  using: 'એક ક્ષણ…',
  empty: 'કોડ લખો.',
  notEligible: 'આ કોડ તમારા ખાતામાં વાપરી શકાતો નથી.',
  got: 'મિત્રના કોડથી તમને {coins} મળ્યા.',
  awaits: 'મિત્રનો કોડ સ્વીકારાયો. {coins} આવી રહ્યા છે.',
  awaitsTopup: 'મિત્રનો કોડ સ્વીકારાયો. તમે પહેલી વાર {price} કે તેથી વધુના કૉઇન ખરીદશો તે પછી {coins} મળશે.',
  awaitsCall: 'મિત્રનો કોડ સ્વીકારાયો. {minutes} કે તેથી વધુ ચાલેલા તમારા પહેલા કૉલ પછી {coins} મળશે.',
}
