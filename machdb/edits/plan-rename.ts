import { UserError } from '../../lib/errors.ts';
import { placeOf as placeIn } from '../statements.ts';
import { closeDraft, noteChange, objectsOf, openDraft, retext } from './draft.ts';
import type { Draft, DraftFile, EditPlan, MachdbFile } from './draft.ts';
import { filesWith, findHeirs, findObject } from './find-object.ts';
import type { Found } from './find-object.ts';
import { describe, describeHeader } from './change-lines.ts';
import { refuseTaken } from './plan-add.ts';
import type { ScannedObject } from './scan-objects.ts';

type Names = { readonly from: string; readonly to: string };

/**
 * Renames an object in its header and wherever it is a parent; values in which the name occurs are only named.
 * The file with the header comes last: until it is written the database is faulty, and the same command mends it.
 * @throws UserError when there is no such object or the new name is taken.
 */
export function planRename(files: readonly MachdbFile[], { from, to }: Names): EditPlan {
  if (from === to) throw new UserError(`${from} already has this name`, { exitCode: 2 });
  const draft = openDraft(files);
  const { file } = findObject(draft, from);
  refuseTaken(draft, to);
  const touched = new Map<DraftFile, ScannedObject[]>();
  for (const heir of findHeirs(draft, from)) touched.set(heir.file, [...(touched.get(heir.file) ?? []), heir.object]);
  touched.set(file, [...new Set([...(touched.get(file) ?? []), findObject(draft, from).object])]);
  for (const [file, objects] of touched) renameInFile(draft, { file, objects }, { from, to });
  noteMentions(draft, from);
  const plan = closeDraft(draft);
  const isHeaders = (path: string) => path === file.path;
  return {
    ...plan,
    files: [...plan.files.filter(({ path }) => !isHeaders(path)), ...plan.files.filter(({ path }) => isHeaders(path))],
  };
}

function renameInFile(
  draft: Draft,
  { file, objects }: { file: DraftFile; objects: ScannedObject[] },
  names: Names,
): void {
  const texts = new Map<number, string>();
  for (const object of objects) {
    for (const offset of offsetsOf(object, names.from).toReversed()) {
      const { line, column } = placeIn(object.header.statement, offset);
      const text = texts.get(line - 1) ?? file.lines[line - 1]?.text ?? '';
      texts.set(line - 1, text.slice(0, column - 1) + names.to + text.slice(column - 1 + names.from.length));
    }
  }
  retext(draft, file, texts);
  const before = new Map(objects.map((object) => [object.header.first, object]));
  for (const object of objectsOf(file)) noteRenamed(draft, { file, object }, before.get(object.header.first));
}

function noteRenamed(draft: Draft, { file, object }: Found, before: ScannedObject | undefined): void {
  const at = file.lines[object.header.first];
  if (before === undefined || at === undefined) return;
  noteChange(draft, { file, at, object: object.name, now: describeHeader(object), was: describeHeader(before) });
}

/** Where the header holds the name, as its own or as a parent's. */
function offsetsOf(object: ScannedObject, name: string): number[] {
  const own = object.name === name ? [object.header.statement.text.indexOf(name)] : [];
  return [...own, ...object.parents.filter((parent) => parent.name === name).map(({ offset }) => offset)];
}

/** Says where the name occurs as a word in a value: whether it means the object, only the reader knows. */
export function noteMentions(draft: Draft, name: string, within?: Found): void {
  const word = new RegExp(`(?<![A-Za-z0-9_-])${RegExp.escape(name)}(?![A-Za-z0-9_-])`);
  const places =
    within === undefined
      ? filesWith(draft, name).flatMap((file) => objectsOf(file).map((object) => ({ file, object })))
      : [within];
  for (const { file, object } of places) {
    for (const line of object.assignments) {
      const at = file.lines[line.first];
      if (at === undefined || !word.test(line.value)) continue;
      draft.remarks.push({ file, at, text: `left as it is: ${object.name} ${describe(line)}` });
    }
  }
}
