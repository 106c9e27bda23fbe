// Jobs as command lines of apt-get. Pure. Nobody is asked: questions of packages have their default answer, edited
// configuration stays. @see apt-get(8), dpkg(1) --force-confold, debconf(7)
import { UserError } from '../../lib/errors.ts';
import type { FileOption } from '../file-options.ts';
import { argumentsOf } from '../package-job.ts';
import type { PackageChange, PackageJob, WantedPackage } from '../package-job.ts';
import type { PackageCommand, PackageItem, PackageQuestion } from '../package-system.ts';
import { simulateFiles, wordsForApt, wordsForDpkg } from './file-jobs.ts';
import { list } from './list.ts';
import { parseSimulation } from './parse-simulation.ts';

const KEEP_CONFIGURATION = ['--force-confdef', '--force-confold'] as const;
export const env = { DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none', UCF_FORCE_CONFFOLD: '1' };
/** So long somebody else's apt is waited for. */
const LOCK_SECONDS = 120;

const VERBS: Readonly<Record<PackageJob['do'], readonly string[]>> = {
  install: ['install'],
  'install-files': ['install'],
  upgrade: ['--only-upgrade', 'install'],
  downgrade: ['--allow-downgrades', 'install'],
  'upgrade-all': ['dist-upgrade'],
  remove: ['remove'],
  purge: ['purge'],
  'update-lists': ['--error-on=any', 'update'],
  hold: [],
  unhold: [],
};

/** Without a terminal of its own, dpkg ends what it has begun when apt dies. */
const OPTIONS = [
  `DPkg::Lock::Timeout=${LOCK_SECONDS}`,
  'Dpkg::Use-Pty=0',
  ...KEEP_CONFIGURATION.map((option) => `Dpkg::Options::=${option}`),
];

export const plan = (job: PackageJob): readonly PackageCommand[] => {
  const words = argumentsOf(job, spell);
  if (job.do === 'hold' || job.do === 'unhold') return [{ argv: ['apt-mark', job.do, '--', ...words] }];
  const more = furtherWords(job);
  if (more !== undefined) return [aptGet([...more, ...VERBS[job.do], '--', ...words])];
  return [{ argv: ['dpkg', ...KEEP_CONFIGURATION, ...wordsForDpkg(optionsOf(job)), ...words], env }];
};

/** @param words options, the verb, and what is behind it */
export const aptGet = (words: readonly string[]): PackageCommand => ({
  argv: ['apt-get', '--yes', '--quiet', ...asOptions(OPTIONS), ...words],
  env,
});

const optionsOf = (job: PackageJob): readonly FileOption[] => (job.do === 'install-files' ? (job.options ?? []) : []);

/** Undefined where dpkg itself does it. */
const furtherWords = (job: PackageJob): readonly string[] | undefined => wordsForApt(optionsOf(job));

const FETCHES: ReadonlySet<PackageJob['do']> = new Set([
  'install',
  'install-files',
  'upgrade',
  'downgrade',
  'upgrade-all',
]);

export const download = (job: PackageJob): readonly PackageCommand[] => {
  if (!FETCHES.has(job.do)) return [];
  const more = furtherWords(job);
  return more === undefined
    ? []
    : [aptGet(['--download-only', ...more, ...VERBS[job.do], '--', ...argumentsOf(job, spell)])];
};

/** An ordinary user can ask. `--yes` makes apt refuse what it would refuse: changes of held packages. */
export const simulate = (job: PackageJob): PackageQuestion<readonly PackageChange[]> => {
  const words = argumentsOf(job, spell);
  const changesNothing = job.do === 'hold' || job.do === 'unhold' || job.do === 'update-lists';
  if (changesNothing) return { commands: [], parse: () => [] };
  const more = furtherWords(job);
  return more === undefined
    ? simulateFiles(words, optionsOf(job))
    : simulateAptGet(job.do, [...more, ...VERBS[job.do], '--', ...words]);
};

/** @param what what apt may refuse, in words @param argv options, the verb, and what is behind it */
export function simulateAptGet(what: string, argv: readonly string[]): PackageQuestion<readonly PackageChange[]> {
  const options = ['--simulate', '--yes', ...asOptions(['Debug::NoLocking=1'])];
  return {
    commands: [...list.commands, { argv: ['apt-get', ...options, ...argv], env, okExitCodes: [0, 100] }],
    parse: ([shown, result]) => {
      if (result?.exitCode === 100) throw refused(what, result.stdout, result.stderr);
      const installed = shown === undefined ? [] : list.parse([shown], []);
      const { installs, removes } = parseSimulation(result?.stdout ?? '');
      return [
        ...installs.map(({ name, arch, before, version }) => ({ name, arch, before, after: version })),
        ...removes.map((item) => ({ ...withArch(item, installed), before: item.version, after: undefined })),
      ];
    },
  };
}

/** After a run that was cut off or failed: what is half done is ended, and what is missing is fetched. */
export const recover: readonly PackageCommand[] = [
  { argv: ['dpkg', ...KEEP_CONFIGURATION, '--configure', '--pending'], env, okExitCodes: [0, 1] },
  aptGet(['--fix-broken', 'install']),
];

export function spell({ name, arch, version }: WantedPackage): string {
  return `${name}${arch === undefined ? '' : `:${arch}`}${version === undefined ? '' : `=${version}`}`;
}

/** apt leaves out the architecture of the host, and `all`. */
function withArch(
  { name, arch, version }: { name: string; arch: string; version: string },
  installed: readonly PackageItem[],
): { name: string; arch: string } {
  const own = installed.find(
    (item) => item.name === name && item.version === version && (arch === '' || item.arch === arch),
  );
  return { name, arch: own?.arch ?? arch };
}

function asOptions(options: readonly string[]): string[] {
  return options.flatMap((option) => ['-o', option]);
}

/** apt says what is wrong on its error output, and why on the other one. */
function refused(what: string, stdout: string, stderr: string): UserError {
  const start = stdout.search(/^The following (?:packages have unmet dependencies|held packages will be changed):$/m);
  const why = start === -1 ? '' : `\n${stdout.slice(start).trimEnd()}`;
  return new UserError(`apt-get refuses to ${what}: ${stderr.trim()}${why}`);
}
