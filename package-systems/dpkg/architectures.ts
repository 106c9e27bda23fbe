// Of which architectures packages can be installed. Pure. @see dpkg(1) --print-architecture
import type { PackageQuestion } from '../package-system.ts';

export const architectures: PackageQuestion<readonly string[]> = {
  commands: [{ argv: ['dpkg', '--print-architecture'] }, { argv: ['dpkg', '--print-foreign-architectures'] }],
  parse: (results) => [...results.flatMap(({ stdout }) => stdout.split('\n')).filter((line) => line !== ''), 'all'],
};
