// dpkg's order of versions. Pure; it takes any two strings. @see deb-version(7), dpkg's lib/dpkg/version.c

/** Like the argument of Array.sort: negative when `a` is older. A version that dpkg refuses has a place in the order, too. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [one, two] = [splitVersion(a), splitVersion(b)];
  return (
    compareParts(one.epoch, two.epoch) ||
    compareParts(one.upstream, two.upstream) ||
    compareParts(one.revision, two.revision)
  );
}

/** What precedes a colon is an epoch only if it is a number. */
function splitVersion(version: string): { epoch: string; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const hasEpoch = colon > 0 && /^\d+$/.test(version.slice(0, colon));
  const rest = hasEpoch ? version.slice(colon + 1) : version;
  const dash = rest.lastIndexOf('-');
  return {
    epoch: hasEpoch ? version.slice(0, colon) : '',
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  };
}

/** Text and numbers in turn: text by `rank`, one character after the other, numbers by value. */
function compareParts(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = rank(a, i) - rank(b, j);
      if (difference !== 0) return difference;
      i += 1;
      j += 1;
    }
    const [endOfA, endOfB] = [endOfDigits(a, i), endOfDigits(b, j)];
    const difference = compareNumbers(a.slice(i, endOfA), b.slice(j, endOfB));
    if (difference !== 0) return difference;
    [i, j] = [endOfA, endOfB];
  }
  return 0;
}

/** A tilde is older than the end, letters are older than other characters; a digit ends the text. */
function rank(text: string, index: number): number {
  if (index >= text.length || isDigit(text, index)) return 0;
  if (text[index] === '~') return -1;
  const code = text.charCodeAt(index);
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isLetter ? code : code + 256;
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text, end)) end += 1;
  return end;
}

/** Of any length: more digits are a larger number once the zeros in front are gone. */
function compareNumbers(a: string, b: string): number {
  const [one, two] = [withoutZeros(a), withoutZeros(b)];
  if (one.length !== two.length) return one.length - two.length;
  return one === two ? 0 : one < two ? -1 : 1;
}

function withoutZeros(digits: string): string {
  let start = 0;
  while (digits[start] === '0') start += 1;
  return digits.slice(start);
}
