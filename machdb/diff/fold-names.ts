type Numbered = { readonly digits: string; readonly order: number };
type Family = { readonly first: string; readonly last: string; readonly numbers: Numbered[] };

const LONGEST_LINE = 90;
// Longer runs of digits are not numbers that anyone counts with, nor exact.
const NUMBER = /^(.*?)([0-9]{1,15})([^0-9]*)$/;

/**
 * Names in the short form of clustershell, one text for each family: `n0001 n0002 n0003 n0007 lab` become
 * `n[0001-0003,0007]` and `lab`. Only the last number of a name is folded; families come in the order of their first names.
 */
export function foldNames(names: readonly string[]): string[] {
  const families = new Map<string, Family | string>();
  for (const name of names) {
    const [, first = '', digits, last = ''] = NUMBER.exec(name) ?? [];
    if (digits === undefined) {
      families.set(`name ${name}`, name);
      continue;
    }
    const key = `${first} ${last}`;
    const family = families.get(key) ?? { first, last, numbers: [] };
    families.set(key, family);
    if (typeof family !== 'string') family.numbers.push({ digits, order: Number(digits) });
  }
  return [...families.values()].map((family) => (typeof family === 'string' ? family : foldFamily(family)));
}

/** The folded names on one line, cut behind a whole name where they are too many: `n[0001-0003] … and 12 more`. */
export function foldSome(names: readonly string[]): string {
  const all = foldNames(names).join(' ');
  if (all.length <= LONGEST_LINE) return all;
  // By halves, the most names that fit.
  let [fits, tooMany] = [1, names.length];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (foldNames(names.slice(0, middle)).join(' ').length <= LONGEST_LINE) fits = middle;
    else tooMany = middle;
  }
  const some = foldNames(names.slice(0, fits)).join(' ');
  return `${some} … and ${(names.length - fits).toLocaleString('en-US')} more`;
}

function foldFamily({ first, last, numbers }: Family): string {
  const ranges: { from: string; to: Numbered }[] = [];
  // Shorter ones first: 9 is followed by 10, but 09 is another name than 9.
  for (const number of numbers.sort((a, b) => a.digits.length - b.digits.length || a.order - b.order)) {
    const range = ranges.at(-1);
    if (range !== undefined && nextNumber(range.to) === number.digits) range.to = number;
    else ranges.push({ from: number.digits, to: number });
  }
  const texts = ranges.map(({ from, to }) => (from === to.digits ? from : `${from}-${to.digits}`));
  return numbers.length === 1 ? `${first}${texts.join(',')}${last}` : `${first}[${texts.join(',')}]${last}`;
}

function nextNumber({ digits, order }: Numbered): string {
  return String(order + 1).padStart(digits.length, '0');
}
