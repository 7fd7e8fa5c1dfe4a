/** What users agree to. A text that changes gets a new version: whoever agreed to the one before is asked again. */

export interface Notice {
  readonly version: string
  readonly language: string
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly items: readonly string[]
  readonly agreement: string
}

export const currentVersion = '2026-11'

const english: Notice = {
  version: currentVersion,
  language: 'en',
  title: 'Verify your identity',
  paragraphs: [
    'To pay money out to you, the law asks us to know who you are. We check one document of yours: PAN, Aadhaar or driving licence. You choose which. Nobody may refuse you this service because you do not want to show your Aadhaar.',
    'We send what is needed to a verification provider (Karza or Signzy), which asks the office that issued your document. We use your data for this check and for paying you out, and for nothing else.',
    'Numbers and pictures are encrypted. Your Aadhaar number is not kept: after the check only its last four digits remain, and a picture in which the number is hidden. We keep the rest as long as the law asks for, and at least one year.',
    'You can withdraw your consent here at any time. Your documents, number and name are then destroyed, and you cannot withdraw money until you are verified again. For questions, to correct your data or to complain, write to the app’s support; you can also complain to the Data Protection Board of India.',
  ],
  items: [
    'Pictures of your document',
    'The number on it',
    'Your name as it stands there',
    'Your date of birth',
    'When, and from which address, you agreed',
  ],
  agreement: 'I have read this and agree that my document is checked.',
}

const hindi: Notice = {
  version: currentVersion,
  language: 'hi',
  title: 'अपनी पहचान सत्यापित करें',
  paragraphs: [
    'आपको पैसे भेजने के लिए कानून के अनुसार हमें यह जानना ज़रूरी है कि आप कौन हैं। हम आपका एक दस्तावेज़ जाँचते हैं: पैन, आधार या ड्राइविंग लाइसेंस। कौन सा, यह आप चुनते हैं। आधार न दिखाने पर कोई आपको यह सेवा देने से मना नहीं कर सकता।',
    'ज़रूरी जानकारी हम सत्यापन सेवा (Karza या Signzy) को भेजते हैं, जो दस्तावेज़ जारी करने वाले कार्यालय से पूछती है। आपकी जानकारी का उपयोग केवल इस जाँच और आपके भुगतान के लिए होता है।',
    'नंबर और तस्वीरें एन्क्रिप्ट करके रखी जाती हैं। आपका आधार नंबर नहीं रखा जाता: जाँच के बाद केवल अंतिम चार अंक और छिपाए गए नंबर वाली तस्वीर रहती है। बाकी जानकारी हम उतने समय तक रखते हैं जितना कानून माँगता है, कम से कम एक वर्ष।',
    'आप अपनी सहमति यहाँ कभी भी वापस ले सकते हैं। तब आपके दस्तावेज़, नंबर और नाम नष्ट कर दिए जाते हैं, और दोबारा सत्यापन होने तक आप पैसे नहीं निकाल सकते। प्रश्न, सुधार या शिकायत के लिए ऐप की सहायता टीम को लिखें; आप भारतीय डेटा संरक्षण बोर्ड से भी शिकायत कर सकते हैं।',
  ],
  items: ['आपके दस्तावेज़ की तस्वीरें', 'उस पर लिखा नंबर', 'उस पर लिखा आपका नाम', 'आपकी जन्म तिथि', 'आपने कब और किस पते से सहमति दी'],
  agreement: 'मैंने यह पढ़ लिया है और अपने दस्तावेज़ की जाँच के लिए सहमत हूँ।',
}

const notices: readonly Notice[] = [english, hindi]

/** In the language asked for, else in English. */
export const noticeIn = (language: string | undefined): Notice => notices.find((one) => one.language === language) ?? english

/** Word for word, as it is kept with the consent. */
export const textOf = ({ title, paragraphs, items, agreement }: Notice): string =>
  [title, ...paragraphs, ...items.map((item) => `- ${item}`), agreement].join('\n')
