import type { Fault } from '../lib/errors.ts';
import type { Steps } from '../lib/slices.ts';
import { didYouMeanInSteps } from '../lib/did-you-mean.ts';
import { faultAtLine } from './faults.ts';
import type { Problem } from './faults.ts';
import type { Machdb, MachdbObject, Parent } from './types.ts';

// A search over 110,000 names takes a while; nobody reads the hundredth suggestion.
const MOST_SUGGESTIONS = 50;
const LONGEST_PATH = 12;
const OBJECTS_PER_STEP = 2000;

/** Finds duplicate objects, unknown parents and cycles, in steps. */
export function* linkObjects(db: Machdb): Steps<Fault[]> {
  const faults: Fault[] = [];
  const suggest = createSuggester(db.objects);
  const inherited = new Set<MachdbObject>();
  for (const [index, object] of db.headers.entries()) {
    if (isRepeated(db, object)) faults.push(describeRepeated(db, object));
    for (const parent of object.parents) {
      const found = db.objects.get(parent.name);
      if (found !== undefined) inherited.add(found);
      else faults.push(yield* describeUnknown(db, object, parent, suggest));
    }
    if (index % OBJECTS_PER_STEP === 0) yield;
  }
  return [...faults, ...findCycles(db, inherited)];
}

/** The second headers of names, of those in `among` alone when it is given: which of the two is meant, nobody can tell. */
export function findRepeated(db: Machdb, among?: ReadonlySet<string>): Fault[] {
  return db.headers
    .filter((object) => isRepeated(db, object) && among?.has(object.name) !== false)
    .map((object) => describeRepeated(db, object));
}

function isRepeated({ objects }: Machdb, object: MachdbObject): boolean {
  return object.name !== '' && objects.get(object.name) !== object;
}

function describeRepeated(db: Machdb, object: MachdbObject): Fault {
  const first = db.objects.get(object.name) ?? object;
  const message = `${object.name} is already defined in ${first.file}:${first.line}`;
  return faultInHeader(db, object, { line: object.line, column: 1 }, { message });
}

function* describeUnknown(
  db: Machdb,
  object: MachdbObject,
  parent: Parent,
  suggest: (name: string) => Steps<string | undefined>,
): Steps<Fault> {
  const message = `${object.name} inherits from ${parent.name}, which is not defined`;
  const suggestion = yield* suggest(parent.name);
  return faultInHeader(db, object, parent, { message, ...(suggestion === undefined ? {} : { suggestion }) });
}

function createSuggester(objects: Machdb['objects']): (name: string) => Steps<string | undefined> {
  const suggestions = new Map<string, string | undefined>();
  return function* suggest(name) {
    if (!suggestions.has(name) && suggestions.size < MOST_SUGGESTIONS) {
      suggestions.set(name, yield* didYouMeanInSteps(name, objects.keys()));
    }
    return suggestions.get(name);
  };
}
/** Walks every chain of parents that others inherit from once, with a stack of its own: chains may be longer than the call stack. */
function findCycles(db: Machdb, inherited: ReadonlySet<MachdbObject>): Fault[] {
  const { objects } = db;
  const faults: Fault[] = [];
  const done = new Set<string>();
  for (const start of objects.values()) {
    if (!inherited.has(start) || done.has(start.name)) continue;
    const path = [{ object: start, nextParent: 0 }];
    const depths = new Map([[start.name, 0]]);
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const parent = frame.object.parents[frame.nextParent];
      frame.nextParent += 1;
      if (parent === undefined) {
        done.add(frame.object.name);
        depths.delete(frame.object.name);
        path.pop();
        continue;
      }
      const depth = depths.get(parent.name);
      const object = objects.get(parent.name);
      if (depth !== undefined) faults.push(describeCycle(db, path, depth, parent));
      else if (object !== undefined && !done.has(parent.name)) {
        depths.set(parent.name, path.length);
        path.push({ object, nextParent: 0 });
      }
    }
  }
  return faults;
}

function describeCycle(
  db: Machdb,
  path: readonly { readonly object: MachdbObject }[],
  depth: number,
  parent: Parent,
): Fault {
  const length = path.length - depth;
  const names =
    length <= LONGEST_PATH
      ? path.slice(depth).map(({ object }) => object.name)
      : [
          ...path.slice(depth, depth + LONGEST_PATH / 2).map(({ object }) => object.name),
          `… ${length - LONGEST_PATH} more …`,
          ...path.slice(-LONGEST_PATH / 2).map(({ object }) => object.name),
        ];
  const last = path.at(-1)?.object as MachdbObject;
  const message = `${parent.name} inherits from itself: ${[...names, parent.name].join(' → ')}`;
  return faultInHeader(db, last, parent, { message });
}

function faultInHeader(
  db: Machdb,
  { file }: MachdbObject,
  { line, column }: { readonly line: number; readonly column: number },
  problem: Problem,
): Fault {
  return faultAtLine(db, { file, line, column }, problem);
}
