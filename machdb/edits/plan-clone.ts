import { placeOf } from '../statements.ts';
import { isMacVariable } from '../query.ts';
import type { Setting } from './change-lines.ts';
import { closeDraft, openDraft } from './draft.ts';
import type { EditPlan, MachdbFile } from './draft.ts';
import { findObject } from './find-object.ts';
import { insertObject } from './insert-object.ts';
import { refuseTaken } from './plan-add.ts';
import { noteMentions } from './plan-rename.ts';
import { setVariable } from './set-variable.ts';

export type Cloning = { readonly from: string; readonly to: string; readonly settings: readonly Setting[] };

/**
 * Copies an object, comments inside it too, to a place behind it, and sets variables of the copy.
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
  for (const setting of settings) setVariable(draft, to, setting);
  noteMentions(draft, from, findObject(draft, to));
  return closeDraft(draft);
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
