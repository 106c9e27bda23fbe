import { UserError } from '../../lib/errors.ts';
import { describe, removeAssignment } from './change-lines.ts';
import type { Setting } from './change-lines.ts';
import { closeDraft, openDraft } from './draft.ts';
import type { Draft, EditPlan, MachdbFile } from './draft.ts';
import { findObject, inheritedLines, ownLines } from './find-object.ts';
import type { Found } from './find-object.ts';
import { setVariable } from './set-variable.ts';

/**
 * Sets variables of one object, in the order given.
 * @throws UserError when there is no such object.
 */
export function planSet(files: readonly MachdbFile[], name: string, settings: readonly Setting[]): EditPlan {
  const draft = openDraft(files);
  for (const setting of settings) setVariable(draft, name, setting);
  return closeDraft(draft);
}

/**
 * Removes every own line of some variables of one object.
 * @throws UserError when the object has none, with the place that it is inherited from.
 */
export function planUnset(files: readonly MachdbFile[], name: string, variables: readonly string[]): EditPlan {
  const draft = openDraft(files);
  const problems = variables.map((variable) => explainMissing(draft, findObject(draft, name), variable));
  const said = problems.filter((problem) => problem !== undefined);
  if (said.length > 0) throw new UserError(said.join('\n'), { hint: `machdb explain ${name}` });
  for (const variable of new Set(variables)) {
    const found = findObject(draft, name);
    for (const line of ownLines(found.object, variable).toReversed()) removeAssignment(draft, found, line);
  }
  return closeDraft(draft);
}

function explainMissing(draft: Draft, found: Found, variable: string): string | undefined {
  const { name } = found.object;
  if (ownLines(found.object, variable).length > 0) return undefined;
  const last = inheritedLines(draft, found, variable).at(-1);
  if (last === undefined) return `${name} has no ${variable}`;
  const { file, object, line } = last;
  const place = `${object.name}: ${describe(line)} (${file.path}:${line.first + 1})`;
  return `${name} has no ${variable} of its own; it inherits it from ${place}`;
}
