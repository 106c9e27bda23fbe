// What a change of a site does to every machine's files. In: two sides, the store. Out: groups of machines with the
// same differences. Never: contacts a machine, writes, publishes.
import { UserError } from '../../lib/errors.ts';
import { machineNames } from '../../machdb/query.ts';
import { isSameInput } from '../../packagelink/merge/tree-shape.ts';
import { compareMachine } from './compare-machine.ts';
import type { FileChange, MachinePair } from './compare-machine.ts';
import { describeMachine, faultTexts } from './describe-machine.ts';
import type { DescribeContext, Faulty, MachineSide } from './describe-machine.ts';
import { commandNotices } from './command-notices.ts';
import { machineNotices } from './machine-notices.ts';
import { ownReplacer } from './own-values.ts';
import type { ReplaceOwn } from './own-values.ts';
import type { Side } from './read-side.ts';
import { createTreeCache } from './tree-cache.ts';
import type { TreeCache } from './tree-cache.ts';

/** Machines to which the same happens; changes, notices and records are those of the first. */
export type ChangedGroup = {
  readonly machines: string[];
  readonly changes: readonly FileChange[];
  readonly notices: readonly string[];
  readonly pair: MachinePair;
};

/** Machines that have no files on one side; undefined where the machine is sound, or not there. */
export type FaultyGroup = {
  readonly machines: string[];
  readonly before: readonly string[] | undefined;
  readonly after: readonly string[] | undefined;
};

export type SiteDiff = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The largest first. */
  readonly groups: readonly ChangedGroup[];
  readonly faulty: readonly FaultyGroup[];
  /** The same faults on both sides. */
  readonly uncompared: readonly FaultyGroup[];
  readonly unchanged: number;
  /** Images that the store does not have, sorted: what only they decide is missing. */
  readonly missingImages: readonly string[];
};

export type SitePair = { readonly before: Side; readonly after: Side };
export type CompareSitesInput = SitePair & {
  readonly context: DescribeContext;
  readonly isMachineWanted: (name: string) => boolean;
  readonly isPathWanted: (path: string) => boolean;
};

type Run = {
  readonly input: CompareSitesInput;
  readonly cache: TreeCache;
  readonly changed: Map<string, ChangedGroup>;
  readonly faulty: Map<string, FaultyGroup>;
  readonly uncompared: Map<string, FaultyGroup>;
  readonly images: Set<string>;
  unchanged: number;
};

/** Compares every machine of either side. */
export async function compareSites(input: CompareSitesInput): Promise<SiteDiff> {
  const old = new Set(machineNames(input.before.db).filter(input.isMachineWanted));
  const current = new Set(machineNames(input.after.db).filter(input.isMachineWanted));
  const run: Run = {
    input,
    cache: createTreeCache(),
    changed: new Map(),
    faulty: new Map(),
    uncompared: new Map(),
    images: new Set(),
    unchanged: 0,
  };
  for (const name of old.union(current))
    await compareOne(name, { inOld: old.has(name), inCurrent: current.has(name) }, run);
  return {
    added: [...current.difference(old)],
    removed: [...old.difference(current)],
    groups: bySize(run.changed),
    faulty: bySize(run.faulty),
    uncompared: bySize(run.uncompared),
    unchanged: run.unchanged,
    missingImages: await findMissing(run),
  };
}

async function compareOne(
  name: string,
  { inOld, inCurrent }: { readonly inOld: boolean; readonly inCurrent: boolean },
  run: Run,
): Promise<void> {
  const { before, after, context } = run.input;
  // A machine that is gone has no files any more, whatever they were.
  if (!inCurrent) return;
  const current = await describeMachine(after, name, context);
  const old = inOld ? await describeMachine(before, name, context) : undefined;
  if (old !== undefined && isSound(old) && isSound(current)) {
    if (await compareSound(name, { before: old, after: current }, run)) return;
  }
  const faults = { before: faultsOf(old, run), after: faultsOf(current, run) };
  if (faults.before === undefined && faults.after === undefined) return;
  const replaceOwn = ownReplacer(name, current.record, current.record);
  const key = JSON.stringify([faults.before, faults.after].map((texts) => texts?.map(replaceOwn)));
  const isSame = JSON.stringify(faults.before) === JSON.stringify(faults.after);
  addTo(isSame ? run.uncompared : run.faulty, key, name, () => ({ machines: [], ...faults }));
}

/** False when one of the two does not merge. */
async function compareSound(name: string, pair: MachinePair, run: Run): Promise<boolean> {
  const { cache, input } = run;
  const { before, after } = pair;
  run.images.add(before.image).add(after.image);
  const notices = machineNotices(pair, { before: input.before.recipes, after: input.after.recipes });
  const isSameShape = cache.shapeOf(before.input) === cache.shapeOf(after.input);
  // Most machines are as they were: nothing needs to be merged to know it.
  const isSame = isSameShape && isSameInput(before.input, after.input);
  if (isSame && notices.length === 0) {
    run.unchanged += 1;
    return true;
  }
  if ([before, after].some((side) => cache.treeOf(side.input) instanceof UserError)) return false;
  let replacer: ReplaceOwn | undefined;
  const replaceOwn = (): ReplaceOwn => (replacer ??= ownReplacer(name, before.record, after.record));
  const found = await compareMachine(pair, { cache, isWanted: input.isPathWanted, replaceOwn });
  const all = [...notices, ...commandNotices(pair, found.changes)];
  if (found.changes.length + all.length === 0) {
    run.unchanged += 1;
    return true;
  }
  const key = all.length === 0 ? found.key : JSON.stringify([found.key, all.map(replaceOwn())]);
  addTo(run.changed, key, name, () => ({ machines: [], changes: found.changes, notices: all, pair }));
  return true;
}

function addTo<Group extends { readonly machines: string[] }>(
  groups: Map<string, Group>,
  key: string,
  name: string,
  make: () => Group,
): void {
  const group = groups.get(key) ?? make();
  group.machines.push(name);
  groups.set(key, group);
}

function isSound(side: MachineSide | Faulty): side is MachineSide {
  return 'input' in side;
}

function faultsOf(side: MachineSide | Faulty | undefined, { cache }: Run): readonly string[] | undefined {
  if (side === undefined) return undefined;
  if (!isSound(side)) return side.faults;
  const tree = cache.treeOf(side.input);
  return tree instanceof UserError ? faultTexts(tree) : undefined;
}

function bySize<Group extends { readonly machines: string[] }>(groups: Map<string, Group>): Group[] {
  return [...groups.values()].sort((a, b) => b.machines.length - a.machines.length);
}

async function findMissing({ input, images }: Run): Promise<string[]> {
  const missing: string[] = [];
  for (const name of [...images].sort())
    if ((await input.context.findPublished(name)) === undefined) missing.push(name);
  return missing;
}
