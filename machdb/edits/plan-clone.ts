import { placeOf } from '../statements.ts';
import { isDiskVariable, uniqueDiskWords } from '../disk-words.ts';
import { isMacVariable } from '../query.ts';
import { describe, removeAssignment } from './change-lines.ts';
import type { Setting } from './change-lines.ts';
import { closeDraft, openDraft } from './draft.ts';
import type { Draft, EditPlan, MachdbFile } from './draft.ts';
import { findObject } from './find-object.ts';
import { insertObject } from './insert-object.ts';
import { refuseTaken } from './plan-add.ts';
import { noteMentions } from './plan-rename.ts';
import type { OwnLine } from './scan-objects.ts';
import { setVariable } from './set-variable.ts';

export type Cloning = { readonly from: string; readonly to: string; readonly settings: readonly Setting[] };

/**
 * Copies an object, comments inside it too, to a place behind it, and sets variables of the copy. Disks are those of
 * the original: lines that name one by its serial number or WWN are not copied, unless they are set.
 * @throws UserError when there is no such object or the new name is taken.
 */
export function planClone(files: readonly MachdbFile[], { from, to, settings }: Cloning): EditPlan {
  const draft = openDraft(files);
  const { file, object } = findObject(draft, from);
  refuseTaken(draft, to);
  const { first, statement } = object.header;
  const [header = '', ...others] = file.lines.slice(first, object.end).map(({ text }) => text);
  const at = placeOf(statement, statement.text.indexOf(from)).column - 1;
  const renamed = header.slice(0, at) + to + header.slice(at + from.length);
  insertObject(draft, { file, name: to, texts: [renamed, ...others], behind: object });
  leaveDisks(draft, { from, to, settings });
  for (const setting of settings) setVariable(draft, to, setting);
  noteMentions(draft, from, findObject(draft, to));
  return closeDraft(draft);
}

function leaveDisks(draft: Draft, { from, to, settings }: Cloning): void {
  const given = new Set(settings.map(({ variable }) => variable));
  const isOriginals = ({ variable, value }: OwnLine) =>
    isDiskVariable(variable) && !given.has(variable) && uniqueDiskWords(value).length > 0;
  const lines = findObject(draft, to).object.assignments.filter(isOriginals);
  for (const line of lines.toReversed()) removeAssignment(draft, findObject(draft, to), line);
  const { file, object } = findObject(draft, to);
  const at = file.lines[object.header.first];
  if (at === undefined) return;
  const texts = lines.map((line) => `not copied: ${describe(line)}, which is a disk of ${from}`);
  draft.remarks.push(...texts.map((text) => ({ file, at, text })));
}

/** The variables that no two machines may share and that a copy would: each needs a `--set`. */
export function listOwnAddresses(files: readonly MachdbFile[], { from, settings }: Cloning): string[] {
  const { object } = findObject(openDraft(files), from);
  const given = new Set(settings.map(({ variable }) => variable));
  const variables = new Set(object.assignments.map(({ variable }) => variable));
  return [...variables].filter(
    (variable) => !given.has(variable) && (isMacVariable(variable) || ADDRESS.test(variable)),
  );
}

const ADDRESS = /^(IP6?|NIC_\w+_IP6?|ALIASES)$/;
