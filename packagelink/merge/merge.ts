// The heart of the folder: package trees → one tree in which each path has one owner.
// In: published manifests with priorities, generated files, defines. Out: a MergedTree, or every fault at once.
// Never: I/O, clock, randomness. Nothing in this folder knows of machines, disks or networks. Around this file:
//   trees        scan.ts, package-settings.ts, site-rules.ts; publish.ts and pack-tree.ts fill a store (store.ts)
//   manifests    manifest.ts; encode-manifest.ts, seal-manifest.ts, read-manifest*.ts, manifest-cache.ts
//   merging      candidates.ts, place-candidates.ts, choose-path.ts; explain-path.ts says why
//   laying down  apply-full.ts, lay-files.ts
//   every night  apply-partial.ts: is-settled.ts, prepare-partial.ts (observe.ts, plan-*.ts), execute-plan.ts
//   memory       state-database.ts, state.ts, history.ts
//   commands     after-command.ts, plan-after.ts, run-after.ts, apply-with-commands.ts
//   linking      link-packages.ts and what it imports: packagelink, packageunlink, packagecheck
//   native/      calls of the C library
import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { TARGET_OWNER, generatedCandidates, layerCandidates } from './candidates.ts';
import type { Candidate, GeneratedFile, Layer } from './candidates.ts';
import { choosePath, placeOf } from './choose-path.ts';
import { findFatFaults } from '../tree/fat-targets.ts';
import { compileGlobs } from '../package/glob.ts';
import type { Manifest } from '../package/manifest.ts';
import { comparePaths, parentOf } from '../package/package-path.ts';
import { placeCandidates } from './place-candidates.ts';
import type { Defines } from '../package/preprocess.ts';
import type { MergedTree, PathClass, TreeEntry } from '../tree/tree.ts';

export type { GeneratedFile, Layer } from './candidates.ts';

/** Everything that decides a machine's files. The order of `layers` and of `generated` means nothing. */
export type MergeInput = {
  readonly layers: readonly Layer[];
  readonly generated?: readonly GeneratedFile[];
  /** The machine's record: values for `.plprocess` files. */
  readonly defines: Defines;
  /** Globs of paths that this machine leaves alone once they have been laid down, whoever owns them. */
  readonly pins?: readonly string[];
  /** `same-priority`: directories of a package hide those of lower priority; `merge` unless given. */
  readonly directories?: 'merge' | 'same-priority';
  /** Package paths at which the target has FAT file systems. */
  readonly fat?: readonly string[];
};

/**
 * Merges package trees: for each path the highest priority wins, directories merge.
 * @throws FaultsError with all conflicts and undefined variables; each names the path and the packages.
 */
export function mergeTree(input: MergeInput): MergedTree {
  const { layers, generated = [], defines, pins = [], directories = 'merge', fat = [] } = input;
  const faults: Fault[] = findDoubles(layers);
  const notices: string[] = [];
  const all = [...layers.flatMap((layer) => layerCandidates(layer, defines)), ...generatedCandidates(generated)];
  const placed = placeCandidates(all, { layers, directories });
  faults.push(...placed.faults);
  const { firsts, several } = groupByPath(placed.candidates);
  const chosen = firsts;
  for (const [path, candidate] of firsts) {
    const candidates = several.get(path);
    const choice = choosePath(candidates ?? [candidate]);
    if (choice.winner !== candidate) chosen.set(path, choice.winner);
    faults.push(...choice.faults);
    notices.push(...choice.notices);
  }
  const winners = [...chosen.values()].toSorted(comparePaths);
  faults.push(...findMisplaced(winners, chosen), ...winners.flatMap(undefinedVariables));
  if (faults.length > 0) throw new FaultsError('merging the packages', faults);
  const entries = asEntries(winners, { classOf: classifier(layers, generated), isPinned: pinFinder(layers, pins) });
  const images = layers.filter((layer) => layer.priority === 0).map((layer) => layer.name);
  const tree = {
    entries,
    images: images.toSorted(),
    rawBytes: sumBytes(entries),
    notices: notices.toSorted(),
    sharedPaths: findSharedPaths(several, entries),
  };
  const fatFaults = findFatFaults(tree, fat);
  if (fatFaults.length > 0) throw new FaultsError('merging the packages', fatFaults);
  return tree;
}

/** The names of all variables that the templates of these packages use, sorted: what a machine needs of its record. */
export function variablesUsedBy(manifests: readonly Manifest[]): string[] {
  const names = new Set<string>();
  for (const { entries } of manifests) {
    for (const entry of entries) {
      if (entry.type !== 'file' || entry.template === undefined) continue;
      for (const name of [...entry.template.inline, ...entry.template.leading]) names.add(name);
    }
  }
  return [...names].toSorted();
}

// Nearly every path is in one package only: no list is made for it.
function groupByPath(candidates: readonly Candidate[]): {
  firsts: Map<string, Candidate>;
  several: Map<string, Candidate[]>;
} {
  const firsts = new Map<string, Candidate>();
  const several = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { path } = candidate;
    const first = firsts.get(path);
    if (first === undefined) firsts.set(path, candidate);
    else {
      const group = several.get(path);
      if (group === undefined) several.set(path, [first, candidate]);
      else group.push(candidate);
    }
  }
  return { firsts, several };
}

function findSharedPaths(several: ReadonlyMap<string, readonly Candidate[]>, entries: readonly TreeEntry[]): string[] {
  const paths = new Set<string>();
  for (const [path, candidates] of several)
    if (candidates.some(({ body }) => body.type !== 'directory')) paths.add(path);
  for (const entry of entries) if (entry.type === 'hardlink') paths.add(entry.target);
  return [...paths].toSorted();
}

function findDoubles(layers: readonly Layer[]): Fault[] {
  const names = layers.map((layer) => layer.name);
  const doubles = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...doubles].map((name) => ({ severity: 'error', where: name, message: 'is listed more than once' }));
}

function findMisplaced(winners: readonly Candidate[], chosen: ReadonlyMap<string, Candidate>): Fault[] {
  const reported = new Set<string>();
  return winners.flatMap((winner): Fault[] => {
    const parentPath = parentOf(winner.path);
    const parent = parentPath === undefined ? undefined : chosen.get(parentPath);
    if (parent === undefined || parent.body.type === 'directory' || reported.has(parent.path)) return [];
    reported.add(parent.path);
    const other = winner.owner === TARGET_OWNER ? 'the target' : winner.owner;
    const message = `is a ${parent.body.type} ${placeOf(parent.owner)}, but ${other} has ${winner.path} below it`;
    const isAbove = parent.priority > winner.priority;
    const suggestion = `name the path under replace: in the .packagelink.yaml of ${parent.owner}`;
    return [{ severity: 'error', where: parent.path, message, ...(isAbove ? { suggestion } : {}) }];
  });
}

function undefinedVariables(winner: Candidate): Fault[] {
  return winner.undefinedVariables.map((name) => ({
    severity: 'error',
    where: `${winner.owner}: ${winner.path}`,
    message: `##${name}## stands inside a line, but the machine's record does not define ${name}`,
  }));
}

function classifier(layers: readonly Layer[], generated: readonly GeneratedFile[]): (winner: Candidate) => PathClass {
  const globs = layers.map((layer) => ({ priority: layer.priority, matches: compileGlobs(layer.manifest.mutable) }));
  const mutableGenerated = new Set(generated.filter((file) => file.mutable === true).map((file) => file.path));
  return (winner) => {
    if (winner.class === 'generated' && mutableGenerated.has(winner.path)) return 'mutable';
    if (winner.class === 'mutable') return 'mutable';
    // A glob speaks for its own package and for those below it, never for one that a site has put above it.
    const isMutable = globs.some((glob) => glob.priority >= winner.priority && glob.matches(winner.path));
    return isMutable ? 'mutable' : winner.class;
  };
}

function pinFinder(layers: readonly Layer[], pins: readonly string[]): (winner: Candidate) => boolean {
  const machine = compileGlobs(pins);
  const globs = layers.map((layer) => ({ priority: layer.priority, matches: compileGlobs(layer.manifest.pin) }));
  return ({ path, priority }) => machine(path) || globs.some((glob) => glob.priority >= priority && glob.matches(path));
}

type Classification = {
  readonly classOf: (winner: Candidate) => PathClass;
  readonly isPinned: (winner: Candidate) => boolean;
};

// The first name of a link group becomes the file; a name that another package has taken drops out of the group.
function asEntries(winners: readonly Candidate[], { classOf, isPinned }: Classification): TreeEntry[] {
  const firstOfGroup = new Map<string, string>();
  return winners.map((winner): TreeEntry => {
    const isLeft = isPinned(winner);
    const pathClass = classOf(winner);
    const first = winner.linkGroup === undefined ? undefined : firstOfGroup.get(winner.linkGroup);
    const { path, owner, entry, replaces, linkGroup, body } = winner;
    const isAsMade = entry?.path === path && entry.owner === owner && entry.class === pathClass;
    if (isAsMade && !isLeft && !replaces && first === undefined) {
      if (linkGroup !== undefined) firstOfGroup.set(linkGroup, path);
      return entry;
    }
    const owned = { path, owner, class: pathClass, ...(isLeft ? ({ pinned: true } as const) : {}) };
    if (first !== undefined) return { ...owned, type: 'hardlink', target: first };
    if (linkGroup !== undefined) firstOfGroup.set(linkGroup, path);
    return { ...body, ...owned, ...(replaces ? { replaces: true } : {}) };
  });
}

function sumBytes(entries: readonly TreeEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.content.sizeBytes : 0), 0);
}
