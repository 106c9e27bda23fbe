// Jobs as command lines of dnf. Pure. Edited configuration stays; the new one is beside it as .rpmnew. @see dnf(8)
import { UserError } from '../../lib/errors.ts';
import type { FileOption } from '../file-options.ts';
import { argumentsOf } from '../package-job.ts';
import type { PackageChange, PackageJob, WantedPackage } from '../package-job.ts';
import type { PackageCommand, PackageItem, PackageQuestion } from '../package-system.ts';
import { installByRpm, simulateFiles } from './file-jobs.ts';
import { list } from './list.ts';
import { parseTransaction } from './parse-transaction.ts';

/** rpm keeps no configuration of what is gone, except what was edited: there is no purge. */
const VERBS: Readonly<Record<PackageJob['do'], readonly string[]>> = {
  install: ['install'],
  'install-files': ['install'],
  upgrade: ['upgrade'],
  downgrade: ['downgrade'],
  'upgrade-all': ['upgrade'],
  remove: ['remove'],
  purge: ['remove'],
  'update-lists': ['makecache', '--refresh', '--setopt=skip_if_unavailable=False'],
  hold: ['versionlock', 'add'],
  unhold: ['versionlock', 'delete'],
};

/** `hold` and `unhold` need the plugin versionlock. */
export const plan = (job: PackageJob): readonly PackageCommand[] => {
  const words = argumentsOf(job, spell);
  const options = optionsOf(job);
  if (options.length > 0) return [installByRpm(words, options)];
  return [{ argv: ['dnf', '--assumeyes', '--quiet', ...VERBS[job.do], '--', ...words] }];
};

const optionsOf = (job: PackageJob): readonly FileOption[] => (job.do === 'install-files' ? (job.options ?? []) : []);

const FETCHES: ReadonlySet<PackageJob['do']> = new Set([
  'install',
  'install-files',
  'upgrade',
  'downgrade',
  'upgrade-all',
]);

export const download = (job: PackageJob): readonly PackageCommand[] =>
  plan(job)
    .filter(() => FETCHES.has(job.do) && optionsOf(job).length === 0)
    // dnf 5 takes it behind the verb only.
    .map(({ argv: [dnf, ...words] }) => ({
      argv: [dnf, ...words.flatMap((word) => (word === '--' ? ['--downloadonly', '--'] : [word]))],
    }));

/** Only root can ask, and by the lists that are there. */
export const simulate = (job: PackageJob): PackageQuestion<readonly PackageChange[]> => {
  const words = argumentsOf(job, spell);
  const options = optionsOf(job);
  if (options.length > 0) return simulateFiles(words, options);
  const changesNothing = job.do === 'hold' || job.do === 'unhold' || job.do === 'update-lists';
  return changesNothing ? { commands: [], parse: () => [] } : simulateDnf(job.do, [...VERBS[job.do], '--', ...words]);
};

/** @param what what dnf may refuse, in words @param argv options, the verb, and what is behind it */
export function simulateDnf(what: string, argv: readonly string[]): PackageQuestion<readonly PackageChange[]> {
  const asked: PackageCommand = { argv: ['dnf', '--assumeno', '--cacheonly', ...argv], okExitCodes: [0, 1] };
  return {
    commands: [...list.commands, asked],
    parse: ([installed, transaction]) => {
      if (transaction === undefined) return [];
      const { stdout, stderr } = transaction;
      if (!/^(?:Transaction Summary:?|Nothing to do\.)$/m.test(stdout)) {
        throw new UserError(`dnf refuses to ${what}: ${stderr.trim()}`);
      }
      const before = installed === undefined ? [] : list.parse([installed], []);
      return parseTransaction(stdout).map((change) => withBefore(change, before));
    },
  };
}

/** A package of which two are there is left behind, and the next run of dnf has no way past it. */
export const recover: readonly PackageCommand[] = [
  // 1: there are none.
  { argv: ['dnf', '--assumeyes', '--quiet', 'remove', '--duplicates'], okExitCodes: [0, 1] },
];

export function spell({ name, arch, version }: WantedPackage): string {
  return `${name}${version === undefined ? '' : `-${version}`}${arch === undefined ? '' : `.${arch}`}`;
}

function withBefore(
  change: ReturnType<typeof parseTransaction>[number],
  installed: readonly PackageItem[],
): PackageChange {
  const { name, arch, version, kind } = change;
  const before = installed.find((item) => item.name === name && item.arch === arch)?.version;
  if (kind === 'remove') return { name, arch, before: version, after: undefined };
  return { name, arch, before: kind === 'install' ? undefined : before, after: version };
}
