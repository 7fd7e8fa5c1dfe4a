import type { FriendCodeTexts } from '../en/friend-code.ts'

/** Texts of entering a friend's code in Malayalam. */
export const friendCodeMl: FriendCodeTexts = {
  hasCode: 'സുഹൃത്ത് നിങ്ങൾക്ക് കോഡ് തന്നിട്ടുണ്ടോ?',
  wasInvited: 'ഒരു സുഹൃത്ത് നിങ്ങളെ ക്ഷണിച്ചിട്ടുണ്ട്',
  brings: 'അവരുടെ കോഡ് വഴി നിങ്ങൾക്ക് {coins} ലഭിക്കും.',
  enter: 'സുഹൃത്തിന്റെ കോഡ്',
  use: 'കോഡ് ഉപയോഗിക്കുക',
  using: 'ഒരു നിമിഷം…',
  empty: 'കോഡ് ടൈപ്പ് ചെയ്യുക.',
  notEligible: 'ഈ കോഡ് നിങ്ങളുടെ അക്കൗണ്ടിൽ ഉപയോഗിക്കാനാകില്ല.',
  got: 'സുഹൃത്തിന്റെ കോഡ് വഴി നിങ്ങൾക്ക് {coins} ലഭിച്ചു.',
  awaits: 'സുഹൃത്തിന്റെ കോഡ് സ്വീകരിച്ചു. നിങ്ങൾക്ക് {coins} വരാനുണ്ട്.',
  awaitsTopup: 'സുഹൃത്തിന്റെ കോഡ് സ്വീകരിച്ചു. കുറഞ്ഞത് {price} നൽകി ആദ്യമായി കോയിൻ വാങ്ങിയ ശേഷം {coins} ലഭിക്കും.',
  awaitsCall: 'സുഹൃത്തിന്റെ കോഡ് സ്വീകരിച്ചു. കുറഞ്ഞത് {minutes} നീളുന്ന ആദ്യ കോളിന് ശേഷം {coins} ലഭിക്കും.',
}
