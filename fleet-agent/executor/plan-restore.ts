// Packages go back to what they were. In: changes, a host that can be asked. Out: a plan. Never: takes back what somebody has changed
// since: then nothing is planned, and each such package is named.
import type { Action } from '../../contract/fleet/jobs/action.ts';
import { describeChanged } from '../../contract/fleet/jobs/undone-changes.ts';
import { UserError } from '../../lib/errors.ts';
import type { PackageChange } from '../../package-systems/package-job.ts';
import type { PackageItem } from '../../package-systems/package-system.ts';
import { replaceFile } from '../state/replace-file.ts';
import type { KindHost, OrderPlan } from './order-plan.ts';

import { toRecord } from './package-changes.ts';

export async function planRestore(
  { changes: wanted }: Extract<Action, { do: 'restore' }>,
  { system, ask, scriptFile }: KindHost,
): Promise<OrderPlan> {
  const installed = await ask(system.list);
  const changes = wanted.map(({ before, after, ...rest }) => ({
    ...rest,
    before: before ?? undefined,
    after: after ?? undefined,
  }));
  const { script, simulate, downloads, commands } = await ask(system.restore({ changes, installed }, scriptFile));
  if (script !== undefined) replaceFile(scriptFile, script);
  return {
    // An order that was cut off is planned, and not foreseen: then it is no wonder that packages have changed.
    foresee: async () => {
      requireUnchanged(wanted, installed);
      return requireAll(changes, await ask(simulate).catch(withHint));
    },
    downloads,
    commands,
  };
}

type Wanted = Extract<Action, { do: 'restore' }>['changes'];

/** @throws UserError when a package is not what it was when the undo was decided */
function requireUnchanged(wanted: Wanted, installed: readonly PackageItem[]): void {
  const changed = wanted.flatMap((change) => describeChanged(change, versionsOf(change, installed)));
  if (changed.length === 0) return;
  throw new UserError(`what would be undone is no longer what was done, so nothing was changed: ${shorten(changed)}`);
}

const versionsOf = ({ name, arch }: { name: string; arch: string }, installed: readonly PackageItem[]): string[] =>
  installed.filter((item) => item.name === name && item.arch === arch).map(({ version }) => version);

const SHOWN = 10;

const shorten = (lines: readonly string[]): string =>
  [...lines.slice(0, SHOWN), ...(lines.length > SHOWN ? [`and ${lines.length - SHOWN} more`] : [])].join('; ');

/** dnf passes over what it does not find. */
function requireAll(wanted: readonly PackageChange[], foreseen: readonly PackageChange[]): readonly PackageChange[] {
  const keys = new Set(foreseen.map((change) => JSON.stringify(toRecord(change))));
  const missing = wanted.filter((change) => !keys.has(JSON.stringify(toRecord(change))));
  if (missing.length === 0) return foreseen;
  const words = missing.map(({ name, after }) => (after === undefined ? `${name} would stay` : `${name} ${after}`));
  throw new UserError(`the repositories of this host cannot bring it back: ${shorten(words)}`, { hint: HINT });
}

const HINT =
  'a package cache of the site keeps what hosts had: gutinteg fleet cache list PACKAGE, cache copy FILE --out DIR; then gutinteg fleet ' +
  'install DIR/ --file-option downgrade';

function withHint(error: unknown): never {
  if (!(error instanceof UserError)) throw error;
  throw new UserError(error.message, { hint: HINT, cause: error.cause });
}
