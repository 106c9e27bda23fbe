// Letters of a disklabel, which do not change. The number of a letter is its slot, counted from 1.

/** `a` is 1. */
export function slotOfLetter(letter: string): number {
  return letter.charCodeAt(0) - 'a'.charCodeAt(0) + 1;
}

/** 1 is `a`. */
export function letterOfSlot(number: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + number - 1);
}

const typesByContent: Readonly<Record<string, string>> = { ufs: '7', ffs: '7', swap: '1', msdos: '8' };

/** File system type of a disklabel, in hexadecimal, by the name that specs have for it. @see disklabel(5) */
export function bsdTypeOf(filesystem: string): string {
  const type = typesByContent[filesystem];
  if (type === undefined) throw new Error(`disklabels have no type for ${filesystem}`);
  return type;
}
