import type { FriendCodeTexts } from '../en/friend-code.ts'

/** Texts of entering a friend's code in Kannada. */
export const friendCodeKn: FriendCodeTexts = {
  hasCode: 'ಸ್ನೇಹಿತರು ನಿಮಗೆ ಕೋಡ್ ಕೊಟ್ಟಿದ್ದಾರೆಯೇ?',
  wasInvited: 'ಸ್ನೇಹಿತರೊಬ್ಬರು ನಿಮ್ಮನ್ನು ಆಹ್ವಾನಿಸಿದ್ದಾರೆ',
  brings: 'ಅವರ ಕೋಡ್‌ನಿಂದ ನಿಮಗೆ {coins} ಸಿಗುತ್ತದೆ.',
  enter: 'ಸ್ನೇಹಿತರ ಕೋಡ್',
  use: 'ಕೋಡ್ ಬಳಸಿ',
  using: 'ಒಂದು ಕ್ಷಣ…',
  empty: 'ಕೋಡ್ ನಮೂದಿಸಿ.',
  notEligible: 'ನಿಮ್ಮ ಖಾತೆಗೆ ಈ ಕೋಡ್ ಬಳಸಲು ಆಗುವುದಿಲ್ಲ.',
  got: 'ಸ್ನೇಹಿತರ ಕೋಡ್‌ನಿಂದ ನಿಮಗೆ {coins} ಸಿಕ್ಕಿದೆ.',
  awaits: 'ಸ್ನೇಹಿತರ ಕೋಡ್ ಅನ್ನು ಸ್ವೀಕರಿಸಲಾಗಿದೆ. {coins} ಬರಲಿದೆ.',
  awaitsTopup: 'ಸ್ನೇಹಿತರ ಕೋಡ್ ಅನ್ನು ಸ್ವೀಕರಿಸಲಾಗಿದೆ. ನೀವು ಮೊದಲ ಬಾರಿಗೆ {price} ಅಥವಾ ಅದಕ್ಕಿಂತ ಹೆಚ್ಚು ಬೆಲೆಯ ಕಾಯಿನ್‌ಗಳನ್ನು ಖರೀದಿಸಿದ ನಂತರ {coins} ಬರುತ್ತದೆ.',
  awaitsCall: 'ಸ್ನೇಹಿತರ ಕೋಡ್ ಅನ್ನು ಸ್ವೀಕರಿಸಲಾಗಿದೆ. {minutes} ಅಥವಾ ಅದಕ್ಕಿಂತ ಹೆಚ್ಚು ಸಮಯದ ನಿಮ್ಮ ಮೊದಲ ಕರೆಯ ನಂತರ {coins} ಬರುತ್ತದೆ.',
}
