// The commands of packages that are linked onto a directory of this system. In: packages, before and after. Out: what
// applyWithCommands takes; or a notice for each command that does not run. Never: runs one.
import { commandSource } from '../package/after-command.ts';
import type { CommandSource, RunPlace } from '../package/after-command.ts';
import type { PartialResult } from '../partial/apply-partial.ts';
import type { WithCommandsResult } from '../commands/apply-with-commands.ts';
import type { LinkedPackage } from '../state/linked-packages.ts';
import { planAfter } from '../commands/plan-after.ts';
import { readPlace } from '../commands/read-place.ts';

type Commands = {
  readonly sources: readonly CommandSource[];
  /** Of packages that are taken away. */
  readonly leaving: readonly CommandSource[];
  readonly place: RunPlace;
};

/** Of all packages that are linked, and of those that are no longer. */
export function linkedCommands(before: readonly LinkedPackage[], after: readonly LinkedPackage[]): Commands {
  const names = new Set(after.map(({ name }) => name));
  const sourceOf = ({ name, manifest }: LinkedPackage) => ({ ...commandSource(manifest), package: name });
  return {
    sources: after.map(sourceOf),
    leaving: before.filter(({ name }) => !names.has(name)).map(sourceOf),
    place: readPlace(),
  };
}

/** A directory may be a whole system that is mounted here: its commands are not for this one unless somebody says so. */
export function nameCommands(result: PartialResult, { sources, leaving, place }: Commands): WithCommandsResult {
  const { commands } = planAfter({ sources, removed: leaving, place, changes: result.changes });
  const notices = commands.map(
    ({ argv, why }) => `not run without --run-commands: ${argv.join(' ').slice(0, 500)} (${why})`,
  );
  return { ...result, commands: [], isWhole: result.errors.length === 0, notices: [...result.notices, ...notices] };
}
