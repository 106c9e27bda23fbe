// Trees of machines, merged once for all that have the same shape. In: inputs of merges. Out: trees, and what differs
// between two of them. Never: I/O; keeps more trees than a few million entries.
import { UserError } from '../../lib/errors.ts';
import { compareEntries } from '../../packagelink/tree/compare-entries.ts';
import type { Aspect } from '../../packagelink/tree/compare-entries.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import type { MergeInput } from '../../packagelink/merge/merge.ts';
import { isOpen, shapeKey } from '../../packagelink/merge/tree-shape.ts';
import type { MergedTree, TreeEntry } from '../../packagelink/tree/tree.ts';
import type { EntryPair, InputPair } from './explain-change.ts';

/** A path that differs whatever a machine's values are. */
type FixedChange = EntryPair & { readonly path: string; readonly aspects: readonly Aspect[] };
/** A path whose bytes depend on the machine's values; `aspects` are what differs besides. */
export type OpenPath = FixedChange;

export type TreePair = {
  readonly fixed: readonly FixedChange[];
  readonly open: readonly OpenPath[];
};

export type TreeCache = {
  /** The same number for inputs of equal shape. */
  readonly shapeOf: (input: MergeInput) => number;
  /** Merges; every tree of that shape is this one but for templates and generated files. @throws FaultsError */
  readonly treeOf: (input: MergeInput) => MergedTree | UserError;
  /** What differs between the trees of two inputs that merge. */
  readonly compare: (inputs: InputPair) => TreePair;
};

const MOST_ENTRIES = 1_000_000;

export function createTreeCache(): TreeCache {
  const shapes = new Map<string, number>();
  const ofInputs = new WeakMap<MergeInput, number>();
  const trees = new Map<number, MergedTree | UserError>();
  const pairs = new Map<string, TreePair>();
  let entries = 0;
  const shapeOf = (input: MergeInput): number => {
    const known = ofInputs.get(input);
    if (known !== undefined) return known;
    const key = shapeKey(input);
    const shape = shapes.get(key) ?? shapes.size;
    shapes.set(key, shape);
    ofInputs.set(input, shape);
    return shape;
  };
  const treeOf = (input: MergeInput): MergedTree | UserError => {
    const shape = shapeOf(input);
    const known = trees.get(shape);
    if (known !== undefined) return known;
    const made = tryMerge(input);
    if (entries > MOST_ENTRIES) {
      trees.clear();
      entries = 0;
    }
    entries += made instanceof UserError ? 1 : made.entries.length;
    trees.set(shape, made);
    return made;
  };
  return {
    shapeOf,
    treeOf,
    compare: ({ before, after }) => {
      const key = `${shapeOf(before)} ${shapeOf(after)}`;
      const known = pairs.get(key) ?? comparePair(treeOf(before), treeOf(after));
      pairs.set(key, known);
      return known;
    },
  };
}

function tryMerge(input: MergeInput): MergedTree | UserError {
  try {
    return mergeTree(input);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function comparePair(before: MergedTree | UserError, after: MergedTree | UserError): TreePair {
  if (before instanceof UserError) throw before;
  if (after instanceof UserError) throw after;
  const [old, current] = [byPath(before), byPath(after)];
  const [fixed, open]: [FixedChange[], OpenPath[]] = [[], []];
  for (const path of [...new Set([...old.keys(), ...current.keys()])].sort()) {
    const pair = { path, before: old.get(path), after: current.get(path) };
    const isVarying = isOpen(pair.before) || isOpen(pair.after);
    const aspects =
      pair.before === undefined || pair.after === undefined ? [] : compareEntries(pair.before, pair.after);
    const isOneSided = pair.before === undefined || pair.after === undefined;
    if (isVarying) open.push({ ...pair, aspects: aspects.filter((aspect) => aspect !== 'bytes') });
    else if (isOneSided || aspects.length > 0) fixed.push({ ...pair, aspects });
  }
  return { fixed, open };
}

function byPath({ entries }: MergedTree): Map<string, TreeEntry> {
  return new Map(entries.map((entry) => [entry.path, entry]));
}
