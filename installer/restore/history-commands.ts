// `gutinteg history` and `gutinteg restore`: what runs have replaced or deleted on this machine, and how it comes back.
// In: a path as people write it. Out: lines, or the path as it was. Never: asks a server.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../lib/errors.ts';
import { isPackagePath } from '../../packagelink/package/package-path.ts';
import { readHistory } from '../../packagelink/state/history.ts';
import type { KeptVersion } from '../../packagelink/state/history.ts';
import { restoreVersion } from '../../packagelink/partial/restore-version.ts';
import { FILES_DATABASE } from '../machine/machine-state.ts';

type HistoryOptions = { readonly json: boolean; readonly root: string };
type RestoreOptions = { readonly version?: string; readonly root: string };

const REASONS = {
  edited: 'was edited on this machine, and reverted',
  foreign: 'was there before any package',
  replaced: 'was replaced by another version',
  deleted: 'is no longer in its package',
} as const satisfies Record<KeptVersion['reason'], string>;

/** Adds both commands; `takeLockBelow` keeps a run and a restoration apart. */
export function addHistoryCommands(
  program: Command,
  { takeLockBelow }: { readonly takeLockBelow: (root: string) => Promise<Disposable> },
): void {
  program
    .command('history')
    .description('lists what runs have replaced or deleted and kept, newest first')
    .argument('[path]', 'a path, all unless given')
    .option('--json', 'print JSON', false)
    .option('--root <dir>', 'the root of the system', '/')
    .addHelpText('after', '\nExamples:\n  gutinteg history\n  gutinteg history /etc/ssh/sshd_config\n')
    .action(listHistory);
  program
    .command('restore')
    .description('brings a kept version back; what is there now is kept in its turn')
    .argument('<path>', 'the path')
    .option('--version <number>', 'which one, as history numbers them; the newest unless given')
    .option('--root <dir>', 'the root of the system', '/')
    .addHelpText(
      'after',
      '\nA path that belongs to a package is updated again by the next run, unless PIN in the machine database names it.\n\n' +
        'Examples:\n  gutinteg restore /etc/motd\n  gutinteg restore /etc/motd --version 17\n',
    )
    .action(async (path: string, options: RestoreOptions) => {
      const root = resolve(options.root);
      using _lock = await takeLockBelow(root);
      const version = await restoreVersion({
        target: root,
        stateFile: stateFileBelow(root),
        path: packagePathOf(path),
        ...(options.version === undefined ? {} : { id: numberOf(options.version) }),
      });
      process.stdout.write(`${path} is as it was at ${timeOf(version)} (version ${version.id})\n`);
    });
}

function listHistory(path: string | undefined, options: HistoryOptions): void {
  const stateFile = stateFileBelow(resolve(options.root));
  const versions = readHistory(stateFile, path === undefined ? undefined : packagePathOf(path));
  if (options.json) process.stdout.write(`${JSON.stringify(versions, null, 2)}\n`);
  else process.stdout.write(versions.length === 0 ? 'nothing was kept\n' : versions.map(formatVersion).join(''));
}

function formatVersion(version: KeptVersion): string {
  const { id, path, reason, owner, mode, uid, gid, sizeBytes, type, target } = version;
  const what = type === 'symlink' ? `link to ${target}` : `${sizeBytes} bytes`;
  const permissions = `${mode.toString(8).padStart(4, '0')} ${uid}:${gid}`;
  const of = owner === '' ? '' : ` (${owner})`;
  const line = `${String(id).padStart(5)}  ${timeOf(version)}  /${path}  ${permissions}, ${what}  ${REASONS[reason]}${of}`;
  // A name must not move the cursor of who reads it.
  return `${line.replaceAll(/\p{Cc}/gu, '?')}\n`;
}

function timeOf({ atMs }: KeptVersion): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}

function stateFileBelow(root: string): string {
  const file = join(root, FILES_DATABASE);
  if (existsSync(file)) return file;
  throw new UserError(`${file} is not there: no run has installed anything on this machine yet`, { exitCode: 2 });
}

function packagePathOf(path: string): string {
  const inside = path.replace(/^\/+/, '');
  if (isPackagePath(inside)) return inside;
  throw new UserError(`'${path}' is not a path of this machine, such as /etc/motd`, { exitCode: 2 });
}

function numberOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UserError(`--version ${text}: not a number of gutinteg history`, { exitCode: 2 });
}
