// Several packages brought to exact versions, and others taken away, by one apt-get. Pure. @see apt-get(8): `NAME=VERSION`, `NAME-`
import { requireWanted } from '../package-job.ts';
import type { PackageChange } from '../package-job.ts';
import type { PackageCommand, PackageQuestion, Restore, Restored } from '../package-system.ts';
import { aptGet, simulateAptGet, spell } from './jobs.ts';

const VERB = ['--allow-downgrades', 'install', '--'] as const;

export const restore = ({ changes, installed }: Restored): PackageQuestion<Restore> => {
  const words = [...VERB, ...changes.map(wordOf)];
  const changed = changes.filter(({ before, after }) => before !== undefined && after !== undefined);
  // A package that is named counts as wanted for itself from then on.
  const auto = changed.filter(({ name, arch }) =>
    installed.some((item) => item.name === name && item.arch === arch && item.flags.includes('auto')),
  );
  const plan: Restore = {
    script: undefined,
    simulate: simulateAptGet('go back', words),
    downloads: [aptGet(['--download-only', ...words])],
    commands: [aptGet(words), ...markAuto(auto)],
  };
  return { commands: [], parse: () => plan };
};

function wordOf({ name, arch, after }: PackageChange): string {
  if (after !== undefined) return spell(requireWanted({ name, arch, version: after }));
  return `${spell(requireWanted({ name, arch }))}-`;
}

const markAuto = (packages: readonly PackageChange[]): PackageCommand[] =>
  packages.length === 0
    ? []
    : [{ argv: ['apt-mark', 'auto', '--', ...packages.map(({ name, arch }) => spell({ name, arch }))] }];
