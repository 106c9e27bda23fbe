import { UserError } from '../../lib/errors.ts';

/** How hosts are named: the text around a number, and the digits that it has at least. */
export type NamePattern = { readonly before: string; readonly digits: number; readonly after: string };

/** No network has more; a pattern that runs out before is `%d` with a name of 63 letters. */
const LARGEST_NUMBER = 999_999;

/** `node%03d` or `rack%d.lab`. @throws UserError (exit code 2) when what it gives is not a host name */
export function parseNamePattern(text: string): NamePattern {
  const match = /^([^%]*)%(?:0([1-6]))?d([^%]*)$/.exec(text);
  const [, before = '', digits = '1', after = ''] = match ?? [];
  const pattern = { before, digits: Number(digits), after };
  if (match !== null && isHostName(formatName(pattern, LARGEST_NUMBER))) return pattern;
  throw new UserError(`'${text.slice(0, 80)}' is not a pattern of host names`, {
    exitCode: 2,
    hint: 'write letters, digits, - and one %d or %03d, as in node%03d',
  });
}

/** The names of a pattern from number 1 on. */
export function* namesOf(pattern: NamePattern): Generator<string> {
  for (let number = 1; number <= LARGEST_NUMBER; number += 1) yield formatName(pattern, number);
}

function formatName({ before, digits, after }: NamePattern, number: number): string {
  return `${before}${String(number).padStart(digits, '0')}${after}`;
}

/** @see RFC 1123 §2.1; lower case, as hosts are compared */
function isHostName(name: string): boolean {
  const labels = name.split('.');
  return (
    name.length <= 253 &&
    labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  );
}
