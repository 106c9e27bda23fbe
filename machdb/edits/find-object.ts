import { UserError } from '../../lib/errors.ts';
import { didYouMean } from '../../lib/did-you-mean.ts';
import { splitWords } from '../values.ts';
import { objectsOf, openFile } from './draft.ts';
import type { Draft, DraftFile } from './draft.ts';
import type { OwnLine, ScannedObject } from './scan-objects.ts';

export type Found = { readonly file: DraftFile; readonly object: ScannedObject };

/**
 * The one object of this name.
 * @throws UserError when there is none; with exit code 2 when there are several.
 */
export function findObject(draft: Draft, name: string): Found {
  const [found, ...others] = findAll(draft, name);
  if (found === undefined) throw unknownObject(draft, name);
  if (others.length === 0) return found;
  throw new UserError(`${name} is defined more than once: ${[found, ...others].map(placeOf).join(', ')}`, {
    exitCode: 2,
    hint: 'remove all but one by hand',
  });
}

/** Every definition of a name: one in a sound database. */
export function findAll(draft: Draft, name: string): Found[] {
  return filesWith(draft, name).flatMap((file) =>
    objectsOf(file)
      .filter((object) => object.name === name)
      .map((object) => ({ file, object })),
  );
}

/** The objects that name this one as a parent. */
export function findHeirs(draft: Draft, name: string): Found[] {
  return filesWith(draft, name).flatMap((file) =>
    objectsOf(file)
      .filter(({ parents }) => parents.some((parent) => parent.name === name))
      .map((object) => ({ file, object })),
  );
}

/** The files in which a name occurs at all: only these are cut into objects. */
export function filesWith(draft: Draft, name: string): DraftFile[] {
  return draft.files
    .filter((file) => draft.opened.has(file.path) || file.text?.includes(name) === true)
    .map((file) => openFile(draft, file));
}

/** `machdb/machines.db:12` */
export function placeOf({ file, object }: Found): string {
  return `${file.path}:${object.header.first + 1}`;
}

/** The lines of an object that assign a variable, in order. */
export function ownLines(object: ScannedObject, variable: string): OwnLine[] {
  return object.assignments.filter((line) => line.variable === variable);
}

/** What the ancestors of an object say of a variable, in the order in which it applies. */
export function inheritedLines(draft: Draft, found: Found, variable: string): (Found & { line: OwnLine })[] {
  return listAncestors(draft, found).flatMap(({ file, object }) =>
    ownLines(object, variable).map((line) => ({ file, object, line })),
  );
}

/** Whether these lines, in order, leave a word in the variable or not; undefined when they do not say. */
export function saysWord(lines: readonly OwnLine[], word: string): boolean | undefined {
  let says: boolean | undefined;
  for (const { operator, value } of lines) {
    const mentions = splitWords(value).includes(word);
    if (operator === '=') says = mentions;
    else if (mentions) says = operator === '+=';
  }
  return says;
}

/** Parents first, left to right, each once, as in resolve.ts; what does not exist is passed over. */
function listAncestors(draft: Draft, found: Found): Found[] {
  const order: Found[] = [];
  const seen = new Set([found.object.name]);
  const stack = [{ found, nextParent: 0 }];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const parent = frame.found.object.parents[frame.nextParent];
    frame.nextParent += 1;
    if (parent === undefined) {
      stack.pop();
      if (stack.length > 0) order.push(frame.found);
    } else if (!seen.has(parent.name)) {
      seen.add(parent.name);
      const [next] = findAll(draft, parent.name);
      if (next !== undefined) stack.push({ found: next, nextParent: 0 });
    }
  }
  return order;
}

function unknownObject(draft: Draft, name: string): UserError {
  const names = draft.files.flatMap((file) => objectsOf(openFile(draft, file)).map((object) => object.name));
  const suggestion = didYouMean(name, names);
  return new UserError(
    `the machine database has no object ${name}${suggestion === undefined ? '' : `; ${suggestion}`}`,
  );
}
