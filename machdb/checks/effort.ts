import type { Fault } from '../../lib/errors.ts';
import type { Machdb } from '../types.ts';

/** How many lines a check may still look at. */
export type Effort = { left: number };

// A site of 110,000 machines takes a tenth of this. Where parents have parents of their own, thousands deep, each object
// has as much to look at as all before it.
export const MOST_LINES = 5_000_000;

/** Says what a check did not look at, and for how many objects: no warning must not mean that there is none. */
export function skippedWarning({ texts }: Machdb, what: string, objects: number): Fault {
  const [file = ''] = texts.keys();
  const message = `${what} was not looked at for ${objects} ${objects === 1 ? 'object' : 'objects'}`;
  return { severity: 'warning', where: file, message, suggestion: 'there are too many levels of parents' };
}
