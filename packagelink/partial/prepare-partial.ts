// The reading half of a partial run. In: a merged tree, the state database, a target. Out: a plan, and how its rows
// will read. Never: writes.
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import type { ApplyPartialOptions } from './partial-options.ts';
import { placeOnFat } from '../tree/fat-targets.ts';
import { readHistory } from '../state/history.ts';
import type { KeptVersion } from '../state/history.ts';
import { observe } from '../compare/observe.ts';
import type { Observed } from '../compare/observed.ts';
import { nameOwners } from '../fit/name-owners.ts';
import { isLeftAlone } from '../tree/is-left-alone.ts';
import { planPartial } from './plan-partial.ts';
import type { PartialPlan } from './partial-plan.ts';
import { leaveMounts } from '../fit/leave-mounts.ts';
import { exactInode } from '../filesystem/exact-inode.ts';
import { readFileSystems, readMountPoints } from '../filesystem/mount-points.ts';
import { renderTemplates } from '../fit/render-templates.ts';
import { findCarriedOut, knownPaths } from '../compare/carried-out-intents.ts';
import { unkeptOf } from '../tree/unkept.ts';
import { readState, readStateOf } from '../state/state.ts';
import { installedLink, installedPath } from '../tree/installed-path.ts';
import { asPathStat } from '../tree/path-stat.ts';
import type { State } from '../state/state.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { PathStat } from '../tree/path-stat.ts';
import type { MergedTree, TreeEntry } from '../tree/tree.ts';

/** The row for an entry: from a given lstat, or from one made now. */
export type RowOf = (entry: TreeEntry, stat?: PathStat) => InstalledPath | undefined;

export type Prepared = {
  readonly root: string;
  readonly tree: MergedTree;
  readonly installed: ReadonlyMap<string, InstalledPath>;
  readonly plan: PartialPlan;
  readonly rowOf: RowOf;
  /** Rows of what a run that was cut off did before it ended. */
  readonly carriedOut: readonly InstalledPath[];
  /** Paths at which such a run may have left something temporary. */
  readonly interrupted: readonly string[];
  readonly observed: ReadonlyMap<string, Observed>;
  readonly errors: readonly string[];
  readonly notices: readonly string[];
};

/** Looks at everything and decides. @throws UserError when the state database or the target cannot be read at all */
export async function preparePartial(options: ApplyPartialOptions): Promise<Prepared> {
  const { osmode = 'image', sourcesComplete = true, massDelete } = options;
  const root = realpathSync(options.target);
  const state = readStateFor(options);
  const known = withoutForeign(knownPaths(state), options);
  const rendered = await renderTemplates(options.tree, known, options.fetcher);
  const named = await nameOwners(rendered.tree, {
    root,
    fetcher: options.fetcher,
    isKept: (entry) =>
      entry.class === 'mutable' || isLeftAlone(entry, { tree: rendered.tree, installed: known, osmode }),
    digests: rendered.digests,
  });
  const reach = leaveMounts(named, known, readMountPoints(root, options.mounts));
  const tree = placeOnFat(reach.tree, readFileSystems(root));
  const { observed, notices, errors } = observe({
    root,
    tree,
    installed: reach.installed,
    osmode,
    contents: options.contents ?? false,
    retention: options.retention,
  });
  const allowDeletions = sourcesComplete && rendered.errors.length + errors.length === 0;
  const carriedOut = findCarriedOut(reach.only(withoutForeign(state.intents, options)), observed);
  const laidDown = reach.only(withoutForeign(state.installed, options));
  const installed =
    carriedOut.length === 0
      ? laidDown
      : new Map([...laidDown, ...carriedOut.map((row): [string, InstalledPath] => [row.path, row])]);
  const plan = planPartial({
    tree,
    installed,
    observed,
    digests: rendered.digests,
    osmode,
    allowDeletions,
    foreign:
      options.restoresForeign === false || options.isUpdate === true ? new Map() : foreignVersions(options.stateFile),
    ...(massDelete === undefined ? {} : { massDelete }),
    ...(options.retention === undefined ? {} : { retention: options.retention }),
  });
  return {
    root,
    tree,
    installed,
    plan,
    carriedOut,
    interrupted: [...reach.only(state.intents).keys()],
    rowOf: describeRows({ root, tree, digests: rendered.digests }),
    observed,
    errors: [...rendered.errors, ...reach.errors, ...errors],
    notices: [...tree.notices, ...notices],
  };
}

function readStateFor({ stateFile, isUpdate = false, tree }: ApplyPartialOptions): State {
  if (!existsSync(stateFile)) return EMPTY;
  if (!isUpdate) return readState(stateFile);
  const paths = tree.entries.map(({ path }) => path);
  return readStateOf(stateFile, paths);
}

function withoutForeign(
  rows: ReadonlyMap<string, InstalledPath>,
  { foreignPaths }: ApplyPartialOptions,
): ReadonlyMap<string, InstalledPath> {
  return foreignPaths === undefined ? rows : new Map([...rows].filter(([path]) => !foreignPaths.has(path)));
}

const EMPTY: State = { installed: new Map(), intents: new Map() };

// Of several, the newest one is what stood there when a package took the path the last time.
function foreignVersions(stateFile: string): Map<string, KeptVersion> {
  if (!existsSync(stateFile)) return new Map();
  const foreign = readHistory(stateFile)
    .filter(({ reason }) => reason === 'foreign')
    .toReversed();
  return new Map(foreign.map((version) => [version.path, version]));
}

// What has gone meanwhile, or cannot be looked at, has no row: the next run looks closer.
function lookAt(place: string): PathStat | undefined {
  try {
    const stat = lstatSync(place, { throwIfNoEntry: false });
    return stat === undefined ? undefined : asPathStat(stat, exactInode(place, stat));
  } catch {
    return undefined;
  }
}

function describeRows(about: { root: string; tree: MergedTree; digests: ReadonlyMap<string, string> }): RowOf {
  const byPath = new Map(about.tree.entries.map((entry) => [entry.path, entry]));
  const rowOf: RowOf = (entry, given) => {
    const pathStat = given ?? lookAt(`${about.root}/${entry.path}`);
    if (pathStat === undefined) return undefined;
    if (entry.type !== 'hardlink') {
      const asked = unkeptOf(entry, pathStat);
      const row = installedPath(entry, about.digests.get(entry.path) ?? '', pathStat);
      return asked === undefined ? row : { ...row, asked };
    }
    const target = byPath.get(entry.target);
    const first = target === undefined ? undefined : rowOf(target, pathStat);
    return first === undefined ? undefined : installedLink(entry, first);
  };
  return rowOf;
}
