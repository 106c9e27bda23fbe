// Commands that a change of files triggers on a machine. In: a machine on both sides, the paths that differ. Out:
// sentences. Never: runs any.
import { commandSource } from '../../packagelink/package/after-command.ts';
import { planAfter } from '../../packagelink/commands/plan-after.ts';
import { isAlwaysLeftAlone } from '../../packagelink/tree/tree.ts';
import type { FileChange, MachinePair } from './compare-machine.ts';
import type { DiffPackage } from './read-side.ts';

const INVISIBLE = new Set(['package', 'class']);

/** What the next run of an installed machine runs after it has brought the files about, in order. */
export function commandNotices({ before, after }: MachinePair, changes: readonly FileChange[]): string[] {
  const gone = [...before.packages.values()].filter(({ name }) => !after.packages.has(name));
  const packages = [...after.packages.values()];
  if ([...gone, ...packages].every(({ manifest }) => manifest.after === undefined)) return [];
  const plan = planAfter({
    sources: packages.map(({ manifest }) => commandSource(manifest)),
    removed: gone.map(({ manifest }) => commandSource(manifest)),
    changes: changes.filter(isDone),
    place: 'system',
  });
  return [
    ...packages
      .filter(({ name, manifest }) => isEdited(manifest, before.packages.get(name)?.manifest))
      .map(({ name }) => `what ${name} runs after a change has changed`),
    ...plan.commands.map(({ argv, packages: names }) => `runs ${argv.join(' ')} (${names.join(', ')})`),
  ];
}

/** Whether a machine that is installed already gets other bytes, metadata or paths. */
function isDone({ aspects, kind, entries }: FileChange): boolean {
  const entry = entries.after ?? entries.before;
  if (entry === undefined || (kind !== 'added' && isAlwaysLeftAlone(entry))) return false;
  return kind !== 'changed' || aspects.some((aspect) => !INVISIBLE.has(aspect));
}

function isEdited(after: DiffPackage['manifest'], before: DiffPackage['manifest'] | undefined): boolean {
  return before !== undefined && JSON.stringify(after.after) !== JSON.stringify(before.after);
}
