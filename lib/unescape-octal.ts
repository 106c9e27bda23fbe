/**
 * Text in which bytes stand as a backslash and three octal digits, such as `\\040` for a blank.
 * @see proc(5), mountinfo; fstab(5)
 */
export function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const plain = bytes.replaceAll(/\\([0-7]{3})/g, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return Buffer.from(plain, 'latin1').toString('utf8');
}
