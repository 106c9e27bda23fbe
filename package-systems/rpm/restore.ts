// Several packages brought to exact versions, and others taken away, in one transaction of dnf: version 4 has a shell for that, version
// 5 the word `do`. Pure. @see dnf(8) Shell Command, dnf5-do(8)
import { requireWanted } from '../package-job.ts';
import type { PackageChange } from '../package-job.ts';
import type { PackageQuestion, Restore, Restored } from '../package-system.ts';
import { simulateDnf, spell } from './jobs.ts';

/** Only what was named goes: that another package is not needed any more is no part of an undo. */
const KEEP = '--setopt=clean_requirements_on_remove=False';

export const restore = ({ changes }: Restored, scriptFile: string): PackageQuestion<Restore> => {
  const words = {
    remove: changes.filter(({ after }) => after === undefined).map(wordOf),
    install: changes.filter(({ after }) => after !== undefined).map(wordOf),
  };
  return {
    commands: [{ argv: ['dnf', '--version'] }],
    parse: ([version]) =>
      /^(?:dnf5 version )?5/.test(version?.stdout ?? '') ? byDo(words) : byShell(words, scriptFile),
  };
};

type Words = { readonly remove: readonly string[]; readonly install: readonly string[] };

/** Of what goes, exactly the version that is there: of a kernel, others may be there, too. */
const wordOf = ({ name, arch, before, after }: PackageChange): string =>
  spell(requireWanted({ name, arch, version: after ?? before ?? '' }));

function byShell({ remove, install }: Words, scriptFile: string): Restore {
  const lines = [
    ...remove.map((word) => `remove ${word}`),
    // All at once: each alone may need another one.
    ...(install.length === 0 ? [] : [`install ${install.join(' ')}`]),
    'run',
    '',
  ];
  return planOf([KEEP], ['shell', scriptFile], lines.join('\n'));
}

function byDo({ remove, install }: Words): Restore {
  const part = (action: string, words: readonly string[]): readonly string[] =>
    words.length === 0 ? [] : [`--action=${action}`, ...words];
  return planOf([KEEP], ['do', ...part('remove', remove), ...part('install', install)], undefined);
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
