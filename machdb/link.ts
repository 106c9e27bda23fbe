import type { Fault } from '../lib/errors.ts';
import { didYouMean } from './did-you-mean.ts';
import { faultAt } from './faults.ts';
import type { Problem } from './faults.ts';
import type { MachdbObject, Parent } from './types.ts';

type Lines = ReadonlyMap<string, readonly string[]>;

// A search over 110,000 names takes a while; nobody reads the hundredth suggestion.
const MOST_SUGGESTIONS = 50;
const LONGEST_PATH = 12;

/** Finds duplicate objects, unknown parents and cycles; the objects come back by name, the first of each. */
export function linkObjects(
  all: readonly MachdbObject[],
  lines: Lines,
): { objects: Map<string, MachdbObject>; faults: Fault[] } {
  const objects = new Map<string, MachdbObject>();
  const faults: Fault[] = [];
  for (const object of all) {
    const first = objects.get(object.name);
    if (first === undefined) objects.set(object.name, object);
    else {
      const message = `${object.name} is already defined in ${first.file}:${first.line}`;
      faults.push(faultInHeader(object, { line: object.line, column: 1 }, lines, { message }));
    }
  }
  return { objects, faults: [...faults, ...findUnknownParents(all, objects, lines), ...findCycles(objects, lines)] };
}

function findUnknownParents(
  all: readonly MachdbObject[],
  objects: ReadonlyMap<string, MachdbObject>,
  lines: Lines,
): Fault[] {
  const suggestions = new Map<string, string | undefined>();
  const suggest = (name: string) => {
    if (!suggestions.has(name) && suggestions.size < MOST_SUGGESTIONS) {
      suggestions.set(name, didYouMean(name, objects.keys()));
    }
    return suggestions.get(name);
  };
  return all.flatMap((object) =>
    object.parents
      .filter((parent) => !objects.has(parent.name))
      .map((parent) => {
        const message = `${object.name} inherits from ${parent.name}, which is not defined`;
        const suggestion = suggest(parent.name);
        return faultInHeader(object, parent, lines, { message, ...(suggestion === undefined ? {} : { suggestion }) });
      }),
  );
}

/** Walks every chain of parents once, with a stack of its own: chains may be longer than the call stack. */
function findCycles(objects: ReadonlyMap<string, MachdbObject>, lines: Lines): Fault[] {
  const faults: Fault[] = [];
  const done = new Set<string>();
  for (const start of objects.values()) {
    if (done.has(start.name)) continue;
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
      if (depth !== undefined) faults.push(describeCycle(path, depth, parent, lines));
      else if (object !== undefined && !done.has(parent.name)) {
        depths.set(parent.name, path.length);
        path.push({ object, nextParent: 0 });
      }
    }
  }
  return faults;
}

function describeCycle(path: readonly { object: MachdbObject }[], depth: number, parent: Parent, lines: Lines): Fault {
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
  return faultInHeader(last, parent, lines, { message });
}

function faultInHeader(
  object: MachdbObject,
  { line, column }: { line: number; column: number },
  lines: Lines,
  problem: Problem,
): Fault {
  return faultAt({ path: object.file, lines: lines.get(object.file) ?? [] }, { line, column }, problem);
}
