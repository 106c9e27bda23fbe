// Words by which people ask for encryption, which cannot be made yet. In: a word. Out: whether it is one. Pure.
const WORDS: ReadonlySet<string> = new Set(
  'luks luks1 luks2 crypt crypto crypto_luks cryptsetup dm-crypt encrypt encrypted encryption'.split(' '),
);

export function asksForEncryption(word: string): boolean {
  return WORDS.has(word.toLowerCase());
}

/** `'luks' is not supported yet: …` */
export function noEncryption(word: string): string {
  return `'${word}' is not supported yet: nothing is encrypted`;
}
