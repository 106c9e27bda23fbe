import { makesMachine } from '../machine-variables.ts';
import { UserError } from '../../lib/errors.ts';
import type { Setting } from './change-lines.ts';
import { closeDraft, objectsOf, openDraft, openFile } from './draft.ts';
import type { Draft, EditPlan, MachdbFile } from './draft.ts';
import { findAll, placeOf } from './find-object.ts';
import type { Found } from './find-object.ts';
import { insertObject } from './insert-object.ts';
import { setVariable } from './set-variable.ts';

/** `file` is the path of one of the files; without it the place is chosen. */
export type NewObject = {
  readonly name: string;
  readonly parents: readonly string[];
  readonly file?: string;
  readonly settings: readonly Setting[];
};

/**
 * Adds an object: behind the last machine with the same parents, else at the end of the last file; with `file`, only
 * that one is considered.
 * @throws UserError when the name is taken or there is no file.
 */
export function planAdd(files: readonly MachdbFile[], { name, parents, file, settings }: NewObject): EditPlan {
  const draft = openDraft(files);
  refuseTaken(draft, name);
  const candidates =
    file === undefined ? files.filter(({ text }) => text !== undefined) : files.filter(({ path }) => path === file);
  const last = candidates.at(-1);
  if (last === undefined) throw new UserError(`there is no file ${file ?? '*.db'}`, { exitCode: 2 });
  const behind = findLastLike(draft, candidates, parents);
  const header = parents.length === 0 ? `${name}:` : `${name}: ${parents.join(' ')}`;
  insertObject(draft, {
    file: behind?.file ?? openFile(draft, last),
    name,
    texts: [header],
    ...(behind === undefined ? {} : { behind: behind.object }),
  });
  for (const setting of settings) setVariable(draft, name, setting);
  return closeDraft(draft);
}

/** @throws UserError when an object already has this name. */
export function refuseTaken(draft: Draft, name: string): void {
  const [taken] = findAll(draft, name);
  if (taken === undefined) return;
  throw new UserError(`the object ${name} already exists: ${placeOf(taken)}`, { exitCode: 2 });
}

function findLastLike(draft: Draft, files: readonly MachdbFile[], parents: readonly string[]): Found | undefined {
  for (const file of files.toReversed()) {
    if (!parents.every((parent) => file.text?.includes(parent) === true)) continue;
    const opened = openFile(draft, file);
    const object = objectsOf(opened).findLast(
      (object) =>
        isMachine(object.assignments) && object.parents.map(({ name }) => name).join(' ') === parents.join(' '),
    );
    if (object !== undefined) return { file: opened, object };
  }
  return undefined;
}

/** It has a MAC or an address of its own. */
function isMachine(assignments: readonly Setting[]): boolean {
  return assignments.some(
    ({ variable, operator, value }) => makesMachine(variable) && operator !== '-=' && value.trim() !== '',
  );
}
