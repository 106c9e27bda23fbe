import { UserError } from '../../lib/errors.ts';
import { trimEnd, trimStart } from '../statements.ts';
import { describeHeader } from './change-lines.ts';
import { closeDraft, noteChange, objectsOf, openDraft, splice } from './draft.ts';
import type { Draft, EditPlan, MachdbFile } from './draft.ts';
import { findHeirs, findObject, placeOf } from './find-object.ts';
import type { Found } from './find-object.ts';
import type { Line } from './lines.ts';

const MOST_HEIRS = 10;

/**
 * Removes objects with their lines and the comments among them. Comments above an object stay and are named.
 * @throws UserError when others inherit from one of them, or one does not exist.
 */
export function planRemove(files: readonly MachdbFile[], names: readonly string[]): EditPlan {
  const draft = openDraft(files);
  const objects = names.map((name) => findObject(draft, name));
  const problems = objects
    .map(({ object }) => explainHeirs(draft, object.name, names))
    .filter((said) => said !== undefined);
  if (problems.length > 0) {
    const hint = 'give the heirs other parents, or remove them in the same command';
    throw new UserError(problems.join('\n'), { exitCode: 2, hint });
  }
  for (const name of new Set(names)) removeObject(draft, findObject(draft, name));
  return closeDraft(draft);
}

function explainHeirs(draft: Draft, name: string, removed: readonly string[]): string | undefined {
  const heirs = findHeirs(draft, name).filter(({ object }) => !removed.includes(object.name));
  if (heirs.length === 0) return undefined;
  const shown = heirs.slice(0, MOST_HEIRS).map((heir) => `${heir.object.name} (${placeOf(heir)})`);
  const more = heirs.length > MOST_HEIRS ? ` and ${heirs.length - MOST_HEIRS} more` : '';
  const verb = heirs.length === 1 ? 'inherits' : 'inherit';
  return `${name} cannot be removed: ${shown.join(', ')}${more} ${verb} from it`;
}

function removeObject(draft: Draft, { file, object }: Found): void {
  const { header } = object;
  const { lines } = file;
  const at = lines[header.first];
  if (at === undefined) throw new Error('an object has a header');
  const previousEnd = objectsOf(file).findLast(({ end }) => end <= header.first)?.end ?? 0;
  const comments = lines.slice(previousEnd, header.first);
  const above = comments.slice(comments.findLastIndex(({ text }) => !text.startsWith('#')) + 1);
  for (const line of above) draft.remarks.push({ file, at: line, text: `left as it is: ${line.text}` });
  const { first, count } = withSeparator({ first: header.first, count: object.end - header.first }, lines);
  splice(draft, file, { start: first, count, texts: [] });
  noteChange(draft, { file, at, object: object.name, was: describeHeader(object) });
}

type Range = { readonly first: number; readonly count: number };

/** With one blank line if the object stands between two, or at an end of the file. */
function withSeparator({ first, count }: Range, lines: readonly Line[]): Range {
  const isEmpty = (index: number) => trimStart(lines[index]?.text ?? 'none') === '';
  const behind = first + count;
  const isEnd = behind >= lines.length || (behind === lines.length - 1 && isEmpty(behind));
  // A line behind a backslash is part of a statement, however empty it is.
  const before = trimStart(lines[first - 2]?.text ?? '');
  const isContinued = !before.startsWith('#') && trimEnd(before).endsWith('\\');
  if (isEmpty(first - 1) && !isContinued && (isEnd || isEmpty(behind))) return { first: first - 1, count: count + 1 };
  return first === 0 && !isEnd && isEmpty(behind) ? { first, count: count + 1 } : { first, count };
}
