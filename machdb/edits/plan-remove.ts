import { UserError } from '../../lib/errors.ts';
import { trimStart } from '../statements.ts';
import { closeDraft, noteChange, openDraft, splice } from './draft.ts';
import type { Draft, EditPlan, MachdbFile } from './draft.ts';
import { findHeirs, findObject, placeOf } from './find-object.ts';
import type { Found } from './find-object.ts';

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
  const at = file.lines[header.first];
  if (at === undefined) throw new Error('an object has a header');
  const lineText = (index: number) => file.lines[index]?.text;
  for (let above = header.first - 1; lineText(above)?.startsWith('#') === true; above -= 1) {
    draft.remarks.push({ file, at: file.lines[above] ?? at, text: `left as it is: ${lineText(above)}` });
  }
  const start = header.first;
  const { first, count } = withSeparator({ first: start, count: object.end - start }, file.lines);
  splice(draft, file, { start: first, count, texts: [] });
  noteChange(draft, { file, at, object: object.name, was: header.statement.text.trim() });
}

type Range = { readonly first: number; readonly count: number };

/** Of two blank lines around the object one goes with it, so that as many stay as between other objects. */
function withSeparator({ first, count }: Range, lines: readonly { readonly text: string }[]): Range {
  const isEmpty = (index: number) => trimStart(lines[index]?.text ?? 'none') === '';
  const behind = first + count;
  const lastOne = behind >= lines.length || (behind === lines.length - 1 && isEmpty(behind));
  if (lastOne) return isEmpty(first - 1) ? { first: first - 1, count: count + 1 } : { first, count };
  const emptyAbove = first === 0 || isEmpty(first - 1);
  return emptyAbove && isEmpty(behind) ? { first, count: count + 1 } : { first, count };
}
