import type { FriendCodeTexts } from '../en/friend-code.ts'

/** Texts of entering a friend's code in Urdu. */
export const friendCodeUr: FriendCodeTexts = {
  hasCode: 'کیا کسی دوست نے آپ کو کوڈ دیا ہے؟',
  wasInvited: 'ایک دوست نے آپ کو دعوت دی ہے',
  brings: 'ان کے کوڈ سے آپ کو {coins} کا انعام ملتا ہے۔',
  enter: 'دوست کا کوڈ',
  use: 'کوڈ لگائیں',
  using: 'ایک لمحہ…',
  empty: 'کوڈ لکھیں۔',
  notEligible: 'یہ کوڈ آپ کے اکاؤنٹ پر استعمال نہیں ہو سکتا۔',
  got: 'دوست کے کوڈ سے آپ کو {coins} کا انعام ملا۔',
  awaits: 'آپ کے دوست کا کوڈ قبول ہو گیا۔ {coins} کا انعام آنے والا ہے۔',
  awaitsTopup: 'آپ کے دوست کا کوڈ قبول ہو گیا۔ پہلی بار {price} یا زیادہ کے کوائن خریدنے کے بعد {coins} کا انعام ملے گا۔',
  awaitsCall: 'آپ کے دوست کا کوڈ قبول ہو گیا۔ پہلی بار {minutes} یا زیادہ کی کال کرنے کے بعد {coins} کا انعام ملے گا۔',
}
