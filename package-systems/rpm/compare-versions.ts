// rpm's order of versions. Pure; it takes any two strings. @see rpm-version(7), rpm's rpmio/rpmvercmp.c and rpmver.c

/** Like the argument of Array.sort: negative when `a` is older. A version without a release is older than one with it. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [one, two] = [splitVersion(a), splitVersion(b)];
  return (
    compareParts(one.epoch, two.epoch) ||
    compareParts(one.version, two.version) ||
    Number(one.release !== undefined) - Number(two.release !== undefined) ||
    compareParts(one.release ?? '', two.release ?? '')
  );
}

/** `1:2.3-4`; what precedes a colon is an epoch only if it is a number. No epoch is one of 0. */
function splitVersion(text: string): { epoch: string; version: string; release: string | undefined } {
  const colon = text.indexOf(':');
  const hasEpoch = colon !== -1 && /^\d*$/.test(text.slice(0, colon));
  const rest = hasEpoch ? text.slice(colon + 1) : text;
  const dash = rest.lastIndexOf('-');
  return {
    epoch: (hasEpoch && text.slice(0, colon)) || '0',
    version: dash === -1 ? rest : rest.slice(0, dash),
    release: dash === -1 ? undefined : rest.slice(dash + 1),
  };
}

/** From the oldest: a tilde, the end, a caret, letters, digits. */
const TILDE = 0;
const END = 1;
const CARET = 2;
const LETTERS = 3;
const DIGITS = 4;

/** One segment after the other; what stands between them only separates. */
function compareParts(a: string, b: string): number {
  let [i, j] = [0, 0];
  for (;;) {
    [i, j] = [skipSeparators(a, i), skipSeparators(b, j)];
    const [kind, other] = [kindAt(a, i), kindAt(b, j)];
    if (kind !== other) return kind - other;
    if (kind === END) return 0;
    const [endOfA, endOfB] = [endOfSegment(a, i), endOfSegment(b, j)];
    const difference = compareSegments(a.slice(i, endOfA), b.slice(j, endOfB), kind);
    if (difference !== 0) return difference;
    [i, j] = [endOfA, endOfB];
  }
}

/** Undefined for a separator. */
function kindOf(code: number): number | undefined {
  if (code >= 48 && code <= 57) return DIGITS;
  if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return LETTERS;
  if (code === 126) return TILDE;
  return code === 94 ? CARET : undefined;
}

function kindAt(text: string, index: number): number {
  return index < text.length ? (kindOf(text.charCodeAt(index)) ?? END) : END;
}

function skipSeparators(text: string, start: number): number {
  let index = start;
  while (index < text.length && kindOf(text.charCodeAt(index)) === undefined) index += 1;
  return index;
}

/** Tildes and carets stand alone. */
function endOfSegment(text: string, start: number): number {
  const kind = kindAt(text, start);
  let end = start + 1;
  if (kind === TILDE || kind === CARET) return end;
  while (end < text.length && kindAt(text, end) === kind) end += 1;
  return end;
}

function compareSegments(a: string, b: string, kind: number): number {
  const [one, two] = kind === DIGITS ? [withoutZeros(a), withoutZeros(b)] : [a, b];
  if (kind === DIGITS && one.length !== two.length) return one.length - two.length;
  return one === two ? 0 : one < two ? -1 : 1;
}

function withoutZeros(digits: string): string {
  let start = 0;
  while (digits[start] === '0') start += 1;
  return digits.slice(start);
}
