// What has changed between two lists, and whether it is what was foreseen. In: lists, changes. Out: changes, words. Pure.
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import type { PackageChange } from '../../package-systems/package-job.ts';
import type { PackageItem } from '../../package-systems/package-system.ts';

export type Listed = Pick<PackageItem, 'name' | 'arch' | 'version'>;

export const toRecord = ({ name, arch, before, after }: PackageChange): PackageChangeRecord => ({
  name,
  arch,
  before: before ?? null,
  after: after ?? null,
});

/** Several versions of a package may be there at a time: what both lists have has not changed, and the rest is paired. */
export function changesBetween(before: readonly Listed[], after: readonly Listed[]): PackageChangeRecord[] {
  const keyOf = ({ name, arch }: Listed): string => `${name} ${arch}`;
  const [old, now] = [Map.groupBy(before, keyOf), Map.groupBy(after, keyOf)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key) => {
    const [name = '', arch = ''] = key.split(' ');
    const had = (old.get(key) ?? []).map(({ version }) => version);
    const has = (now.get(key) ?? []).map(({ version }) => version);
    const gone = had.filter((version) => !has.includes(version));
    const come = has.filter((version) => !had.includes(version));
    return Array.from({ length: Math.max(gone.length, come.length) }, (_, index) => ({
      name,
      arch,
      before: gone[index] ?? null,
      after: come[index] ?? null,
    }));
  });
}

const wordsOf = ({ name, arch, before, after }: PackageChangeRecord): string =>
  `${name} (${arch}) ${before ?? 'not installed'} → ${after ?? 'removed'}`;

export type ChangesDifference = { readonly missing: readonly string[]; readonly added: readonly string[] };

/** What was foreseen and is not there, and the other way round; undefined when the sets are equal. */
export function compareChanges(
  expected: readonly PackageChangeRecord[],
  found: readonly PackageChangeRecord[],
): ChangesDifference | undefined {
  const [wanted, got] = [new Set(expected.map(wordsOf)), new Set(found.map(wordsOf))];
  const missing = [...wanted.difference(got)].sort();
  const added = [...got.difference(wanted)].sort();
  return missing.length + added.length === 0 ? undefined : { missing, added };
}

const MOST = 10;

/** `not foreseen: lab-base (all) 1 → 2; foreseen and not so: …`, ten of each at most. */
export function describeDifference({ missing, added }: ChangesDifference): string {
  const list = (what: string, lines: readonly string[]): string[] => {
    if (lines.length === 0) return [];
    const more = lines.length > MOST ? [`and ${lines.length - MOST} more`] : [];
    return [`${what}: ${[...lines.slice(0, MOST), ...more].join(', ')}`];
  };
  return [...list('not foreseen', added), ...list('foreseen, and not so', missing)].join('; ');
}
