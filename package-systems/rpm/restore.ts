// Several packages brought to exact versions, and others taken away, in one transaction of dnf: version 4 has a shell for that, version
// 5 the word `do`. Pure. @see dnf(8) Shell Command, dnf5-do(8)
import { requireWanted } from '../package-job.ts';
import type { PackageChange } from '../package-job.ts';
import type { PackageQuestion, Restore, Restored } from '../package-system.ts';
import { compareVersions } from './compare-versions.ts';
import { simulateDnf, spell } from './jobs.ts';

/** Only what was named goes: that another package is not needed any more is no part of an undo. */
const KEEP = '--setopt=clean_requirements_on_remove=False';

export const restore = ({ changes }: Restored, scriptFile: string): PackageQuestion<Restore> => {
  const words = new Map(
    [...Map.groupBy(changes, actionOf)].map(([action, some]) => [action, some.map(wordOf)] as const),
  );
  return {
    commands: [{ argv: ['dnf', '--version'] }],
    parse: ([version]) =>
      /^(?:dnf5 version )?5/.test(version?.stdout ?? '') ? byDo(words) : byShell(words, scriptFile),
  };
};

type Words = ReadonlyMap<string, readonly string[]>;

/** Each is said as what it is: that `install` of an older version means a downgrade is a habit of dnf 4. */
function actionOf({ before, after }: PackageChange): string {
  if (after === undefined) return 'remove';
  if (before === undefined) return 'install';
  return compareVersions(after, before) < 0 ? 'downgrade' : 'upgrade';
}

/** Of what goes, exactly the version that is there: of a kernel, others may be there, too. */
const wordOf = ({ name, arch, before, after }: PackageChange): string =>
  spell(requireWanted({ name, arch, version: after ?? before ?? '' }));

function byShell(words: Words, scriptFile: string): Restore {
  const lines = [...words].map(([action, some]) => `${action} ${some.join(' ')}`);
  return planOf([KEEP], ['shell', scriptFile], [...lines, 'run', ''].join('\n'));
}

function byDo(words: Words): Restore {
  const parts = [...words].flatMap(([action, some]) => [`--action=${action}`, ...some]);
  return planOf([KEEP], ['do', ...parts], undefined);
}

function planOf(options: readonly string[], words: readonly string[], script: string | undefined): Restore {
  const [verb = '', ...rest] = words;
  return {
    script,
    simulate: simulateDnf('go back', [...options, ...words]),
    // dnf 5 takes it behind the verb only.
    downloads: [{ argv: ['dnf', '--assumeyes', '--quiet', ...options, verb, '--downloadonly', ...rest] }],
    commands: [{ argv: ['dnf', '--assumeyes', '--quiet', ...options, ...words] }],
  };
}
