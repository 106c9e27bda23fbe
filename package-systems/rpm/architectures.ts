// Of which architectures packages can be installed. Pure. @see rpm(8) --showrc
import { UserError } from '../../lib/errors.ts';
import type { PackageQuestion } from '../package-system.ts';

export const architectures: PackageQuestion<readonly string[]> = {
  commands: [{ argv: ['rpm', '--showrc'] }],
  parse: ([shown]) => {
    const [, words = ''] = /^compatible archs\s*:(.*)$/m.exec(shown?.stdout ?? '') ?? [];
    const found = words.split(/\s+/).filter((word) => word !== '');
    if (found.length === 0) throw new UserError('rpm --showrc names no compatible architecture');
    // It is last in no list of rpm's own.
    return [...found.filter((arch) => arch !== 'noarch'), 'noarch'];
  },
};
