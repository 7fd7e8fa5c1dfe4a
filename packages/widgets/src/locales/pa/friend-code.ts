import type { FriendCodeTexts } from '../en/friend-code.ts'

/** Texts of entering a friend's code in Punjabi. */
export const friendCodePa: FriendCodeTexts = {
  hasCode: 'ਕੀ ਕਿਸੇ ਦੋਸਤ ਨੇ ਤੁਹਾਨੂੰ ਕੋਡ ਦਿੱਤਾ ਹੈ?',
  wasInvited: 'ਇੱਕ ਦੋਸਤ ਨੇ ਤੁਹਾਨੂੰ ਸੱਦਾ ਦਿੱਤਾ ਹੈ',
  brings: 'ਉਨ੍ਹਾਂ ਦੇ ਕੋਡ ਨਾਲ ਤੁਹਾਨੂੰ {coins} ਦਾ ਇਨਾਮ ਮਿਲਦਾ ਹੈ।',
  enter: 'ਦੋਸਤ ਦਾ ਕੋਡ',
  use: 'ਕੋਡ ਲਗਾਓ',
  using: 'ਇੱਕ ਪਲ…',
  empty: 'ਕੋਡ ਲਿਖੋ।',
  notEligible: 'ਇਹ ਕੋਡ ਤੁਹਾਡੇ ਖਾਤੇ ’ਤੇ ਨਹੀਂ ਵਰਤਿਆ ਜਾ ਸਕਦਾ।',
  got: 'ਦੋਸਤ ਦੇ ਕੋਡ ਨਾਲ ਤੁਹਾਨੂੰ {coins} ਦਾ ਇਨਾਮ ਮਿਲਿਆ।',
  awaits: 'ਤੁਹਾਡੇ ਦੋਸਤ ਦਾ ਕੋਡ ਮੰਨ ਲਿਆ ਗਿਆ। {coins} ਦਾ ਇਨਾਮ ਆਉਣ ਵਾਲਾ ਹੈ।',
  awaitsTopup: 'ਤੁਹਾਡੇ ਦੋਸਤ ਦਾ ਕੋਡ ਮੰਨ ਲਿਆ ਗਿਆ। ਪਹਿਲੀ ਵਾਰ {price} ਜਾਂ ਵੱਧ ਦੇ ਕੌਇਨ ਖਰੀਦਣ ਤੋਂ ਬਾਅਦ {coins} ਦਾ ਇਨਾਮ ਮਿਲੇਗਾ।',
  awaitsCall: 'ਤੁਹਾਡੇ ਦੋਸਤ ਦਾ ਕੋਡ ਮੰਨ ਲਿਆ ਗਿਆ। ਪਹਿਲੀ ਵਾਰ {minutes} ਜਾਂ ਵੱਧ ਦੀ ਕਾਲ ਕਰਨ ਤੋਂ ਬਾਅਦ {coins} ਦਾ ਇਨਾਮ ਮਿਲੇਗਾ।',
}
