// Paths that packages have given up. In: as in plan-partial.ts. Out: deletions, what comes back, rows to forget.
// Never: I/O; a foreign path; what the caller holds back; much of one package at once, unless somebody said so.
import { isUntouched } from '../compare/observed.ts';
import type { Observed } from '../compare/observed.ts';
import type { PartialInput, PartialPlan } from './partial-plan.ts';
import { goesUnchanged, holdRows } from '../tree/retention.ts';
import type { InstalledPath } from '../tree/installed-path.ts';

type Removal = Pick<PartialPlan, 'deletions' | 'restorations' | 'forget'> & { notices: string[]; errors: string[] };

/** More than this share of a package's paths, and more than this many, go only with consent. */
const MASS_DELETE = { share: 0.5, paths: 20 } as const;

/** What happens to each path that a package put there and that none wants now: deleted only as we wrote it. */
export function planRemoval(input: PartialInput): Removal {
  const wanted = new Set(input.tree.entries.map((entry) => entry.path));
  // Children come before their directories, so that a directory knows whether it will be empty.
  const rows = [...input.installed.values()]
    .filter((row) => !wanted.has(row.path) && !(input.osmode === 'packages' && row.class === 'image'))
    .toSorted((a, b) => (a.path < b.path ? 1 : -1));
  const none: Removal = { deletions: [], restorations: [], forget: [], notices: [], errors: [] };
  if (!input.allowDeletions || rows.length === 0) return none;
  const { held, notices } = holdRows(
    rows.filter((row) => input.observed.has(row.path)),
    input.retention,
  );
  const free = rows.filter((row) => !held.has(row.path));
  const { refused, errors } = findMassDeletions(free, input);
  return removeRows(
    free.filter((row) => !refused.has(row.owner)),
    input,
    { ...none, errors, notices },
  );
}

function removeRows(rows: readonly InstalledPath[], input: PartialInput, start: Removal): Removal {
  const { observed, foreign, retention } = input;
  const [gone, restorations] = [new Map<string, InstalledPath>(), [...start.restorations]];
  const [forget, notices] = [[...start.forget], [...start.notices]];
  for (const row of rows) {
    const now = observed.get(row.path);
    const isLeftAlone = row.leftAlone && !goesUnchanged(row, retention);
    if (!isLeftAlone && now !== undefined && isOurs(row, now, gone)) {
      const version = foreign?.get(row.path);
      if (version === undefined) gone.set(row.path, row);
      else restorations.push({ row, version });
      continue;
    }
    forget.push(row.path);
    if (!isLeftAlone && now !== undefined) {
      notices.push(
        `${row.path} is no longer in ${row.owner}, and stays: ${now.type === 'directory' ? 'it holds other files' : 'it was changed on this machine'}`,
      );
    }
  }
  return { ...start, deletions: [...gone.values()], restorations, forget, notices };
}

function isOurs(row: InstalledPath, now: Observed, gone: ReadonlyMap<string, InstalledPath>): boolean {
  // The row of a path that was there before its package has somebody else's inode: only the bytes tell whose it is.
  if (!row.leftAlone && isUntouched(row, now) && now.type !== 'directory') return true;
  if (now.type === 'directory') {
    return row.type === 'directory' && (now.children ?? ['?']).every((name) => gone.has(`${row.path}/${name}`));
  }
  if (now.type === 'symlink' || now.type === 'special') return row.type === now.type && now.target === row.target;
  return now.type === 'file' && (row.type === 'file' || row.type === 'hardlink') && now.sha256 === row.sha256;
}

// A slip in the database, such as a lost line of PACKAGES, must not empty every machine of a site in one night.
function findMassDeletions(
  rows: readonly InstalledPath[],
  { installed, observed, massDelete }: PartialInput,
): { refused: ReadonlySet<string>; errors: string[] } {
  const totals = countByOwner([...installed.values()]);
  const going = countByOwner(rows.filter((row) => observed.has(row.path)));
  const refused = new Set<string>();
  const errors: string[] = [];
  for (const [owner, count] of going) {
    const total = totals.get(owner) ?? count;
    if (count <= MASS_DELETE.paths || count <= total * MASS_DELETE.share || massDelete?.(owner) === true) continue;
    refused.add(owner);
    errors.push(
      `${count} of the ${total} paths of ${owner} would be deleted at once; they stay until somebody agrees: ` +
        `--allow-mass-delete for one run, or ${owner} in MASS_DELETE of the machine's record`,
    );
  }
  return { refused, errors };
}

function countByOwner(rows: readonly InstalledPath[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { owner, type, leftAlone } of rows) {
    if (type !== 'directory' && !leftAlone) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}
