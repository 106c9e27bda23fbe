// Whether changes can still be taken back: on the server, by a host's newest list, and once more on the host itself. In: a change that
// would be made, the versions of its package that are there. Out: words where it is not as it was. Never: I/O.
import type { PackageChangeRecord } from './action.ts';

type Change = Pick<PackageChangeRecord, 'name' | 'before' | 'after'>;

/** @param versions several, as of kernels with rpm @returns none when the change fits, or one line */
export function describeChanged({ name, before, after }: Change, versions: readonly string[]): string[] {
  const now = versions.length === 0 ? 'is not installed any more' : `is ${versions.join(' and ')} now`;
  if (before !== null) return versions.includes(before) ? [] : [`${name} ${now}, and no longer ${before}`];
  // It had been taken away; what came back meanwhile is left alone.
  return versions.length === 0 || after === null ? [] : [`${name} ${now}, although it was removed`];
}

/** What takes changes back, in the same order. */
export const invertChanges = (changes: readonly PackageChangeRecord[]): PackageChangeRecord[] =>
  changes.map(({ name, arch, before, after }) => ({ name, arch, before: after, after: before }));

/** It is as it was before already: somebody else has taken it back. */
export const isThere = ({ before, after }: Change, versions: readonly string[]): boolean =>
  after === null ? before === null || !versions.includes(before) : versions.includes(after);
