import type { FriendCodeTexts } from '../en/friend-code.ts'

/** Texts of entering a friend's code in Bengali. */
export const friendCodeBn: FriendCodeTexts = {
  hasCode: 'কোনো বন্ধু কি আপনাকে কোড দিয়েছেন?',
  wasInvited: 'এক বন্ধু আপনাকে আমন্ত্রণ জানিয়েছেন',
  brings: 'বন্ধুর কোডে আপনি {coins} পাবেন।',
  enter: 'বন্ধুর কোড',
  use: 'কোড দিন',
  using: 'এক মুহূর্ত…',
  empty: 'কোড লিখুন।',
  notEligible: 'আপনার অ্যাকাউন্টে এই কোড ব্যবহার করা যাবে না।',
  got: 'বন্ধুর কোড থেকে আপনি {coins} পেয়েছেন।',
  awaits: 'বন্ধুর কোড গ্রহণ করা হয়েছে। {coins} আসছে।',
  awaitsTopup: 'বন্ধুর কোড গ্রহণ করা হয়েছে। প্রথমবার {price} বা তার বেশি দামের কয়েন কেনার পরে {coins} আসবে।',
  awaitsCall: 'বন্ধুর কোড গ্রহণ করা হয়েছে। প্রথমবার {minutes} বা তার বেশি সময়ের কল করার পরে {coins} আসবে।',
}
