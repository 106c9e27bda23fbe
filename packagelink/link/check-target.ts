// Is a target what its packages say? In: the state database, the target. Out: what is wrong, missing or foreign.
// Never: writes; needs the packages' sources, but for files that were templates and are no longer known.
import { realpathSync } from 'node:fs';
import { TARGET_OWNER } from '../merge/candidates.ts';
import { placeOnFat } from '../tree/fat-targets.ts';
import { compileGlobs } from '../package/glob.ts';
import { readSettled } from '../compare/is-settled.ts';
import { readLinkedKey } from '../state/linked-packages.ts';
import { listForeign } from '../compare/list-foreign.ts';
import { mergeOntoTarget, readLinks, storesFetcher } from './merge-onto-target.ts';
import { leaveMounts } from '../fit/leave-mounts.ts';
import { nameOwners } from '../fit/name-owners.ts';
import { readFileSystems, readMountPoints } from '../filesystem/mount-points.ts';
import { observe } from '../compare/observe.ts';
import type { Observed } from '../compare/observed.ts';
import { isLeftAlone } from '../tree/is-left-alone.ts';
import { planPartial } from '../partial/plan-partial.ts';
import type { Change } from '../partial/partial-plan.ts';
import { renderTemplates } from '../fit/render-templates.ts';
import { readState } from '../state/state.ts';
import { withStateDatabase } from '../state/state-database.ts';
import type { MergedTree, TreeEntry } from '../tree/tree.ts';

type CheckOptions = {
  readonly target: string;
  readonly stateFile: string;
  /** Hashes only what lstat does not show as it was laid down. */
  readonly fast: boolean;
  /** Globs of paths that are not looked at for foreign ones. */
  readonly exclude: readonly string[];
  /** Whether a path belongs to the state itself. */
  readonly isOfState: (path: string) => boolean;
  readonly mounts: readonly string[];
};

/** One path that is not what its package says. */
type WrongPath = {
  readonly path: string;
  readonly package: string;
  readonly fault: 'content' | 'metadata' | 'type' | 'missing';
  readonly why: string;
};

/** `checked` counts the paths of packages; `foreign` are paths that no package put there, directories with a slash. */
export type CheckResult = {
  readonly checked: number;
  readonly wrong: readonly WrongPath[];
  readonly foreign: readonly string[];
  readonly errors: readonly string[];
  readonly notices: readonly string[];
};

/** Compares a target with what is linked onto it. @throws UserError when target or database cannot be read */
export async function checkTarget(options: CheckOptions): Promise<CheckResult> {
  const root = realpathSync(options.target);
  return (await checkSettled(options, root)) ?? (await compare(options, root));
}

// Where all is as it was laid down, the database says all there is to say, and no manifest is read.
async function checkSettled(options: CheckOptions, root: string): Promise<CheckResult | undefined> {
  const { stateFile, fast, mounts } = options;
  if (readMountPoints(root, mounts).size > 0) return undefined;
  const isCurrent = (key: string) => key === readLinkedKey(stateFile);
  const settled = readSettled({ target: root, stateFile, contents: !fast, isCurrent });
  if (settled === undefined || settled.notices.length > 0) return undefined;
  const { paths, checked } = readPackagePaths(stateFile);
  const foreign = listForeignPaths(options, root, { isOurs: (path) => paths.has(path), mountPoints: new Set() });
  return { checked, wrong: [], foreign, errors: [], notices: [] };
}

/** The paths of packages, and how many of them are compared. */
function readPackagePaths(stateFile: string): { paths: ReadonlySet<string>; checked: number } {
  return withStateDatabase(stateFile, (database) => {
    const select = database.prepare('SELECT path, left_alone FROM paths WHERE owner <> ?');
    select.setReturnArrays(true);
    const rows = select.all(TARGET_OWNER) as unknown as (readonly [path: string, leftAlone: number])[];
    const checked = rows.reduce((count, [, leftAlone]) => count + (leftAlone === 0 ? 1 : 0), 0);
    return { paths: new Set(rows.map(([path]) => path)), checked };
  });
}

async function compare(options: CheckOptions, root: string): Promise<CheckResult> {
  const { stateFile, fast, mounts } = options;
  const links = readLinks(stateFile);
  const { installed } = readState(stateFile);
  const merged = await mergeOntoTarget({ root, stateFile, before: links, change: links, mounts });
  const fetcher = storesFetcher(links.packages);
  const rendered = await renderTemplates(packagesOnly(merged.tree), installed, fetcher);
  const named = await nameOwners(rendered.tree, {
    root,
    fetcher,
    isKept: (entry) =>
      entry.class === 'mutable' || isLeftAlone(entry, { tree: rendered.tree, installed, osmode: 'image' }),
    digests: rendered.digests,
  });
  const mountPoints = readMountPoints(root, mounts);
  const reach = leaveMounts(named, installed, mountPoints);
  const tree = placeOnFat(reach.tree, readFileSystems(root));
  const { observed, notices, errors } = observe({
    root,
    tree,
    osmode: 'image',
    installed: reach.installed,
    contents: !fast,
  });
  const plan = planPartial({
    tree,
    installed: reach.installed,
    observed,
    digests: rendered.digests,
    osmode: 'image',
    allowDeletions: false,
  });
  const entries = new Map(tree.entries.map((entry) => [entry.path, entry]));
  return {
    checked: tree.entries.filter((entry) => !isLeftAlone(entry, { tree, osmode: 'image', installed })).length,
    wrong: plan.changes.flatMap((change) => describeWrong(change, entries.get(change.path), observed)),
    foreign: listForeignPaths(options, root, { isOurs: (path) => entries.has(path), mountPoints }),
    errors: [...rendered.errors, ...reach.errors, ...errors, ...plan.errors],
    notices: [...notices, ...plan.notices],
  };
}

function listForeignPaths(
  { isOfState, exclude }: CheckOptions,
  root: string,
  { isOurs, mountPoints }: { isOurs: (path: string) => boolean; mountPoints: ReadonlySet<string> },
): string[] {
  const isExcluded = compileGlobs([...exclude]);
  const isLeftOut = (path: string) => isOfState(path) || mountPoints.has(path) || isExcluded(path);
  return listForeign({ root, isOurs, isLeftOut });
}

// What stood there before and still does is nobody's to check.
function packagesOnly(tree: MergedTree): MergedTree {
  return { ...tree, entries: tree.entries.filter(({ owner }) => owner !== TARGET_OWNER) };
}

function describeWrong(
  { path, action, why }: Change,
  entry: TreeEntry | undefined,
  observed: ReadonlyMap<string, Observed>,
): WrongPath[] {
  if (entry === undefined) return [];
  const now = observed.get(path);
  const kind = entry.type === 'hardlink' ? 'file' : entry.type;
  const fault =
    now === undefined ? 'missing' : now.type !== kind ? 'type' : action === 'metadata' ? 'metadata' : 'content';
  return [{ path, package: entry.owner, fault, why: now === undefined ? 'is missing' : why }];
}
