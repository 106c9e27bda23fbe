// What becomes of paths that no package has any more, where the caller knows better. In: paths. Out: reasons. Pure.
import { parentOf } from '../package/package-path.ts';
import type { InstalledPath } from './installed-path.ts';

/** What the caller knows of paths that no package has any more. Both functions get package paths. */
export type Retention = {
  /** Why a path stays for now: it is neither deleted nor forgotten, so that a later run can still delete it. */
  readonly whyHeld: (path: string) => string | undefined;
  /** Whether a path that was laid down once goes all the same, if it is not held and its bytes are as they were laid down. */
  readonly goesUnchanged: (path: string) => boolean;
};

/** Rows that stay for now, with the reasons, and without one the directories above them. */
export type HeldRows = { readonly held: ReadonlySet<string>; readonly notices: string[] };

/** @param rows unwanted and still there */
export function holdRows(rows: readonly InstalledPath[], retention: Retention | undefined): HeldRows {
  const held = new Set<string>();
  const byReason = new Map<string, string[]>();
  for (const { path } of retention === undefined ? [] : rows) {
    const why = retention?.whyHeld(path);
    if (why === undefined) continue;
    for (let at: string | undefined = path; at !== undefined && !held.has(at); at = parentOf(at)) held.add(at);
    byReason.set(why, [...(byReason.get(why) ?? []), path]);
  }
  return { held, notices: [...byReason].map(([why, paths]) => describeHeld(why, paths)) };
}

/** Whether a row that runs leave alone may be deleted once nobody wants it, if its bytes are as they were laid down. */
export function goesUnchanged(row: InstalledPath, retention: Retention | undefined): boolean {
  if (retention === undefined || row.class !== 'mutable') return false;
  return retention.goesUnchanged(row.path) && retention.whyHeld(row.path) === undefined;
}

function describeHeld(why: string, paths: readonly string[]): string {
  const [first = '', ...others] = paths.toSorted();
  const more = others.length === 0 ? '' : ` and ${others.length} more ${others.length === 1 ? 'path' : 'paths'}`;
  const [verb, have] = others.length === 0 ? ['stays', 'has it'] : ['stay', 'has them'];
  return `${first}${more} ${verb}, though no package ${have} any more: ${why}`;
}
