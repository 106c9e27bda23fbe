// The plain case of an assignment, without a regular expression: a million of them must take well under a second.
// In: an offset in a text. Out: where the variable and the value are, or that only parse-statement.ts can tell.
import {
  CARRIAGE_RETURN,
  DOUBLE_QUOTE,
  EQUALS,
  HASH,
  MINUS,
  PLUS,
  SINGLE_QUOTE,
  endsInBackslash,
  isBlankCode,
  isDigitCode,
  isPlainCode,
  isVariableCode,
  skipBlankCodes,
} from './characters.ts';
import type { Operator } from './types.ts';

/** Offsets of what was found; the scanner fills it anew each time. */
export type ScannedAssignment = {
  variableStart: number;
  variableEnd: number;
  operator: Operator;
  valueStart: number;
  valueEnd: number;
};

/** `unknown` is neither right nor wrong: the line has something that takes the exact parser. */
export type ScanResult = 'assignment' | 'nothing' | 'unknown';

/** Room for one result, to be used again and again. */
export function createScanned(): ScannedAssignment {
  return { variableStart: 0, variableEnd: 0, operator: '=', valueStart: 0, valueEnd: 0 };
}

/** Scans the one line from `start` to `end`, its line feed not included, into `scanned`. */
export function scanAssignment(text: string, start: number, end: number, scanned: ScannedAssignment): ScanResult {
  const stop = end > start && text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end;
  const word = skipBlankCodes(text, start, stop);
  if (word === stop) return 'nothing';
  const first = text.charCodeAt(word);
  if (first === HASH) return isPlain(text, word, stop) ? 'nothing' : 'unknown';
  if (isDigitCode(first)) return 'unknown';
  let at = word;
  while (at < stop && isVariableCode(text.charCodeAt(at))) at += 1;
  if (at === word) return 'unknown';
  scanned.variableStart = word;
  scanned.variableEnd = at;
  const after = scanOperator(text, skipBlankCodes(text, at, stop), stop, scanned);
  if (after === -1) return 'unknown';
  return scanValue(text, skipBlankCodes(text, after, stop), stop, scanned) ? 'assignment' : 'unknown';
}

/** The offset behind the operator, -1 when there is none. */
function scanOperator(text: string, at: number, stop: number, scanned: ScannedAssignment): number {
  if (at >= stop) return -1;
  const code = text.charCodeAt(at);
  if (code === EQUALS) {
    scanned.operator = '=';
    return at + 1;
  }
  if ((code !== PLUS && code !== MINUS) || at + 1 >= stop || text.charCodeAt(at + 1) !== EQUALS) return -1;
  scanned.operator = code === PLUS ? '+=' : '-=';
  return at + 2;
}

function scanValue(text: string, at: number, stop: number, scanned: ScannedAssignment): boolean {
  // Only then can the line go on in the next one, or a comment end in what would swallow that line.
  if (at < stop && endsInBackslash(text, at, stop)) return false;
  const quote = at < stop ? text.charCodeAt(at) : 0;
  if (quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE) return scanQuoted(text, at, stop, scanned);
  scanned.valueStart = at;
  let last = at;
  for (let offset = at; offset < stop; offset += 1) {
    const code = text.charCodeAt(offset);
    if (code === HASH && isBlankCode(text.charCodeAt(offset - 1))) {
      scanned.valueEnd = last;
      return isPlain(text, offset, stop);
    }
    if (!isPlainCode(code)) return false;
    if (!isBlankCode(code)) last = offset + 1;
  }
  scanned.valueEnd = last;
  return true;
}

function scanQuoted(text: string, at: number, stop: number, scanned: ScannedAssignment): boolean {
  const quote = text.charCodeAt(at);
  let close = at + 1;
  for (; close < stop; close += 1) {
    const code = text.charCodeAt(close);
    if (code === quote) break;
    if (!isPlainCode(code)) return false;
  }
  if (close >= stop) return false;
  scanned.valueStart = at + 1;
  scanned.valueEnd = close;
  const rest = skipBlankCodes(text, close + 1, stop);
  if (rest === stop) return true;
  return rest > close + 1 && text.charCodeAt(rest) === HASH && isPlain(text, rest, stop);
}

function isPlain(text: string, start: number, stop: number): boolean {
  for (let offset = start; offset < stop; offset += 1) if (!isPlainCode(text.charCodeAt(offset))) return false;
  return true;
}
