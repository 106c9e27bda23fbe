// File system types of a disklabel.

const typesByContent: Readonly<Record<string, string>> = { ufs: '7', ffs: '7', swap: '1', msdos: '8' };

/** File system type of a disklabel, in hexadecimal, by the name that specs have for it. @see disklabel(5) */
export function bsdTypeOf(filesystem: string): string {
  const type = typesByContent[filesystem];
  if (type === undefined) throw new Error(`disklabels have no type for ${filesystem}`);
  return type;
}
