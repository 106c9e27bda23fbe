// Numbers of the command line. In: text. Out: a whole number from 1. Never: NaN, which a server could only call a wrong type.
import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError unless it is a whole number from 1 to 999,999,999 */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 is expected');
  return Number(text);
}
