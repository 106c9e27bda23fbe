// The files of a package, and what rpm's check says of them. Pure. @see rpm(8) "VERIFY OPTIONS", FILEFLAGS
import type { CommandResult } from '../../lib/run-command.ts';
import type { ClaimedFile, PackageQuestion } from '../package-system.ts';
import { parseRows } from '../parse-rows.ts';
import { requireName } from '../require-name.ts';

export const files = (name: string): PackageQuestion<readonly ClaimedFile[]> => {
  requireName(name);
  return {
    commands: [
      { argv: ['rpm', '--query', '--queryformat', '[%{FILENAMES}\\t%{FILEFLAGS:fflags}\\n]', '--', name] },
      // A time that differs says nothing of the file.
      { argv: ['rpm', '--verify', '--nodeps', '--noscripts', '--nomtime', '--', name], okExitCodes: [0, 1] },
    ],
    parse: ([listed, verified]) => {
      const verdicts = readVerdicts(verified);
      const rows = parseRows<readonly [string, string]>(listed?.stdout ?? '', 2, 'rpm --query');
      // Several versions of a package may be installed.
      return [...new Map(rows)].map(([path, flags]) => ({
        path,
        isConfiguration: flags.includes('c'),
        mayBeMissing: flags.includes('g') || flags.includes('m'),
        ...(verdicts.get(path) ?? { status: 'ok', differs: [] }),
      }));
    },
  };
};

type Verdict = Pick<ClaimedFile, 'status' | 'differs'>;

const WORDS: Readonly<Record<string, string>> = {
  S: 'size',
  M: 'mode',
  5: 'contents',
  D: 'device',
  L: 'link',
  U: 'owner',
  G: 'group',
  P: 'capabilities',
};

/** `S.5......  c /etc/lab.conf`, `missing     /usr/bin/lab`; a question mark: it could not be read. */
function readVerdicts(verified: CommandResult | undefined): ReadonlyMap<string, Verdict> {
  const lines = verified?.stdout.split('\n') ?? [];
  return new Map(
    lines.flatMap((line): [string, Verdict][] => {
      const [, flags = '', path] = /^(missing {3}|[\w.?]{9} {2}). (\/.*)$/.exec(line) ?? [];
      return path === undefined ? [] : [readVerdict(flags, path)];
    }),
  );
}

function readVerdict(flags: string, path: string): [string, Verdict] {
  if (flags.startsWith('missing')) {
    const [, plain, error] = /^(.*) \(([^()]*)\)$/.exec(path) ?? [];
    return error === 'Permission denied'
      ? [plain ?? path, { status: 'unknown', differs: [] }]
      : [path, { status: 'missing', differs: [] }];
  }
  const differs = Array.from(flags).flatMap((flag) => WORDS[flag] ?? []);
  return [path, { status: differs.length > 0 ? 'changed' : 'unknown', differs }];
}
