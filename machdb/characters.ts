/** Code units that the scanners look for. */
const TAB = 9;
export const CARRIAGE_RETURN = 13;
const SPACE = 32;
export const DOUBLE_QUOTE = 34;
export const HASH = 35;
export const SINGLE_QUOTE = 39;
export const PLUS = 43;
export const MINUS = 45;
export const COLON = 58;
export const EQUALS = 61;
export const BACKSLASH = 92;

const VARIABLE = 1;
const NAME = 2;
const PRINTABLE = 4;

/** What each of the first 128 code units may be part of. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  const variable = /[A-Za-z0-9_]/.test(char) ? VARIABLE : 0;
  const name = /[A-Za-z0-9_.-]/.test(char) ? NAME : 0;
  return variable | name | (/[\t\x20-\x7e]/.test(char) ? PRINTABLE : 0);
});

export function isBlankCode(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Letters, digits and `_`. */
export function isVariableCode(code: number): boolean {
  return code < 128 && ((kinds[code] ?? 0) & VARIABLE) !== 0;
}

/** Letters, digits and `.` `_` `-`. */
export function isNameCode(code: number): boolean {
  return code < 128 && ((kinds[code] ?? 0) & NAME) !== 0;
}

/** ASCII without control characters, with tab: what no rule about characters forbids. */
export function isPlainCode(code: number): boolean {
  return code < 128 && ((kinds[code] ?? 0) & PRINTABLE) !== 0;
}

export function isDigitCode(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The offset of the first code unit from `at` on that is not a blank, at most `end`. */
export function skipBlankCodes(text: string, at: number, end: number): number {
  let offset = at;
  while (offset < end && isBlankCode(text.charCodeAt(offset))) offset += 1;
  return offset;
}

/** The offset of the line feed that ends the line at `at`, or the end of the text. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** Whether the line between the offsets ends in a backslash, blanks and a carriage return aside. */
export function endsInBackslash(text: string, start: number, end: number): boolean {
  let last = end - 1;
  if (last >= start && text.charCodeAt(last) === CARRIAGE_RETURN) last -= 1;
  while (last >= start && isBlankCode(text.charCodeAt(last))) last -= 1;
  return last >= start && text.charCodeAt(last) === BACKSLASH;
}
