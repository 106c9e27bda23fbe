// The files of a package, and what dpkg's check says of them. Pure. @see dpkg-query(1), dpkg(1) --verify-format
import type { CommandResult } from '../../lib/run-command.ts';
import type { ClaimedFile, PackageQuestion } from '../package-system.ts';
import { requireName } from '../require-name.ts';

export const files = (name: string): PackageQuestion<readonly ClaimedFile[]> => {
  requireName(name);
  return {
    commands: [
      { argv: ['dpkg-query', '--listfiles', '--', name] },
      { argv: ['dpkg', '--verify', '--', name], okExitCodes: [0, 1] },
      // A package may have none.
      { argv: ['dpkg-query', '--control-show', '--', name, 'md5sums'], okExitCodes: [0, 1, 2] },
      { argv: ['dpkg-query', '--show', '--showformat', '${Conffiles}\\n', '--', name] },
    ],
    parse: ([listed, verified, sums, shown]) => {
      const configuration = readConffiles(shown);
      const summed = new Set([...configuration, ...readSummed(sums)]);
      const verdicts = readVerdicts(verified);
      return readPaths(listed).map(({ path, at }) => ({
        path: at,
        isConfiguration: configuration.has(path),
        mayBeMissing: false,
        ...(verdicts.get(path) ?? { status: summed.has(path) ? 'ok' : 'unchecked', differs: [] }),
      }));
    },
  };
};

type Verdict = Pick<ClaimedFile, 'status' | 'differs'>;

/** `/.` is the root; a line about a diversion follows its path. */
function readPaths(listed: CommandResult | undefined): { path: string; at: string }[] {
  const paths: { path: string; at: string }[] = [];
  for (const line of listed?.stdout.split('\n') ?? []) {
    if (line.startsWith('/') && line !== '/.') paths.push({ path: line, at: line });
    const diverted = /^(?:locally diverted|diverted by \S+) to: (\/.*)$/.exec(line)?.[1];
    const last = paths.at(-1);
    if (diverted !== undefined && last !== undefined) last.at = diverted;
  }
  return paths;
}

/** ` /etc/lab.conf d5e29449b9e66d5b4bb0d6ce48fbbcb1`; what is obsolete belongs to the package no more. */
function readConffiles(shown: CommandResult | undefined): Set<string> {
  const lines = shown?.stdout.split('\n') ?? [];
  return new Set(
    lines.flatMap((line) => /^ (\/.*) (?:[0-9a-f]{32}|newconffile)(?: remove-on-upgrade)?$/.exec(line)?.[1] ?? []),
  );
}

/** `2542b79651fab56d0ebfff75a0fdf7be  usr/share/lab/version` */
function readSummed(sums: CommandResult | undefined): string[] {
  return (sums?.stdout.split('\n') ?? []).filter((line) => line !== '').map((line) => `/${line.slice(34)}`);
}

/**
 * `??5?????? c /etc/lab.conf`: of all that rpm checks, dpkg checks only the third, the contents. A question mark there: it
 * could not be read. `missing     /usr/bin/lab (Permission denied)`
 */
function readVerdicts(verified: CommandResult | undefined): ReadonlyMap<string, Verdict> {
  const lines = verified?.stdout.split('\n') ?? [];
  return new Map(
    lines.flatMap((line): [string, Verdict][] => {
      const [, flags = '', path] = /^(missing {2}|\S{9}) . (\/.*)$/.exec(line) ?? [];
      return path === undefined ? [] : [readVerdict(flags, path)];
    }),
  );
}

function readVerdict(flags: string, path: string): [string, Verdict] {
  const [, plain = path, error] = /^(.*) \(([^()]*)\)$/.exec(path) ?? [];
  if (flags.startsWith('missing')) {
    return error === undefined || error === 'No such file or directory'
      ? [plain, { status: 'missing', differs: [] }]
      : [plain, { status: 'unknown', differs: [] }];
  }
  return flags[2] === '5'
    ? [path, { status: 'changed', differs: ['contents'] }]
    : [path, { status: 'unknown', differs: [] }];
}
