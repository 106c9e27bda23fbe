// Letters of a PARTITION as the numbers of slots. Logical partitions of a DOS table are numbered otherwise, in
// number-partitions.ts.

const FIRST_CODE = 'a'.charCodeAt(0);

/** `a` is 1. */
export function slotOfLetter(letter: string): number {
  return letter.charCodeAt(0) - FIRST_CODE + 1;
}

/** 1 is `a`. */
export function letterOfSlot(number: number): string {
  return String.fromCharCode(FIRST_CODE + number - 1);
}
