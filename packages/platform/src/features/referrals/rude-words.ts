/**
 * What no code may spell: English, then Hindi and its neighbours as people write them in Latin letters. Words with I, L or O are left out,
 * since no code has these letters; so are longer forms of a word that is here. Caste names and slurs stand here to be kept out.
 */
const words = `
ANUS ARSE ASS BASTARD BEHEAD CRAP CUM CUNT DAMN DEAD DEATH DUMB DYKE FAG FART FCK FUCK FUK GAYS HATE JAP KKK KUNT MUFF MURDER NAZ NEGR NGR NUDE
PERV PUSSY PUTA QUEER RAPE SCUM SEX SHAG SHAT SHT STFU SUCK TARD TURD TWAT WANK WTF XXX
BHADVA BHADWA BHANGY BENCH BHENCH BCMC BSDK BKC CHAKKA CHAMAR CHUD CHUT CHUHRA CUTYA GADHA GAND GAAND GASHT HAGNA HARAM JHAAT JHANT JHAT KAMEEN
KAMEN KANJAR KATUA KATVA KUTTA KUTTE KUTTY KUTYA MADARC MADRC MCBC MKB MKC PUNDA RAAND RAND SUAR SUWAR TATTE TATTY THARK THEVDYA
`

export const rudeWords: readonly string[] = words.split(/\s+/).filter((word) => word !== '')
