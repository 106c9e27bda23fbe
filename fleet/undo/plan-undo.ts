// What takes back what a job has done on hosts that are alike. In: what it changed there, what is there now. Out: an action, or why
// there is none, in words. Never: I/O; takes back what somebody has changed since.
import { actionSchema } from '../../contract/fleet/jobs/action.ts';
import type { Action, PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { describeChanged, invertChanges, isThere } from '../../contract/fleet/jobs/undone-changes.ts';

export type Undo =
  | { readonly kind: 'restore'; readonly action: Extract<Action, { do: 'restore' }> }
  | { readonly kind: 'refused'; readonly why: string }
  /** All of it is as it was before. */
  | { readonly kind: 'nothing' };

const SHOWN = 5;

/** @param installed of the host's newest list, the packages that changed */
export function planUndo(changes: readonly PackageChangeRecord[], installed: readonly Item[]): Undo {
  const versionsOf = ({ name, arch }: PackageChangeRecord): string[] =>
    installed.filter((item) => item[0] === name && item[1] === arch).map(([, , version]) => version);
  const wanted = invertChanges(changes).filter((change) => !isThere(change, versionsOf(change)));
  if (wanted.length === 0) return { kind: 'nothing' };
  const changed = wanted.flatMap((change) => describeChanged(change, versionsOf(change)));
  if (changed.length > 0) {
    const more = changed.length > SHOWN ? `; and ${changed.length - SHOWN} more` : '';
    return { kind: 'refused', why: `changed since: ${changed.slice(0, SHOWN).join('; ')}${more}` };
  }
  const { data: action } = actionSchema.safeParse({ do: 'restore', changes: wanted });
  if (action?.do !== 'restore') {
    return {
      kind: 'refused',
      why: `what it changed cannot be ordered: ${wanted.length} packages, or names that are none`,
    };
  }
  return { kind: 'restore', action };
}
