import type { FriendCodeTexts } from '../en/friend-code.ts'

/** Texts of entering a friend's code in Telugu. */
export const friendCodeTe: FriendCodeTexts = {
  hasCode: 'మీ ఫ్రెండ్ ఎవరైనా మీకు కోడ్ ఇచ్చారా?',
  wasInvited: 'మీ ఫ్రెండ్ మిమ్మల్ని ఆహ్వానించారు',
  brings: 'వారి కోడ్‌తో మీరు {coins} పొందుతారు.',
  enter: 'ఫ్రెండ్ కోడ్',
  use: 'కోడ్ వాడండి',
  using: 'ఒక్క క్షణం…',
  empty: 'కోడ్ ఎంటర్ చేయండి.',
  notEligible: 'ఈ కోడ్‌ను మీ ఖాతాకు వాడలేరు.',
  got: 'ఫ్రెండ్ కోడ్‌తో మీరు {coins} పొందారు.',
  awaits: 'మీ ఫ్రెండ్ కోడ్ ఆమోదం పొందింది. {coins} రావాల్సి ఉంది.',
  awaitsTopup: 'మీ ఫ్రెండ్ కోడ్ ఆమోదం పొందింది. మీరు మొదటిసారి {price} లేదా అంతకంటే ఎక్కువ విలువైన కాయిన్స్ కొన్న తర్వాత {coins} పొందుతారు.',
  awaitsCall: 'మీ ఫ్రెండ్ కోడ్ ఆమోదం పొందింది. మీరు మొదటిసారి {minutes} లేదా అంతకంటే ఎక్కువసేపు కాల్ చేసిన తర్వాత {coins} పొందుతారు.',
}
