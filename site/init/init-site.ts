// A new site directory. In: its place, and the place of the example site. Out: the example's files, without those of
// the demo, with the keys of whoever makes the site, and two files of its own. Never: writes into a directory that contains anything.
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { listFiles } from '../../lib/list-files.ts';
import { formatSshKey } from '../../lib/ssh-keys.ts';
import type { SshKey } from '../../lib/ssh-keys.ts';

type NewFile = {
  /** Absolute path of the file that is copied. */
  readonly from: string;
  /** Path in the new site. */
  readonly to: string;
  /** What it says there, where that is not what it says in the example. */
  readonly text?: string;
};

const EXAMPLE = join(import.meta.dirname, '../../examples/lab');

/** What of the example belongs to the demo: its console is open to everybody. */
const DEMO = ['README.md', 'machdb/25-demo.db', 'packages/console-autologin/'];

/** Says who may log in. */
export const LOGIN_FILE = 'machdb/15-login.db';
const NO_KEYS = '    ROOT_KEYS=""\n';

/**
 * The files of a new site, by their paths; they are the example's own, so that there is no second copy to keep right.
 * `rootKeys` let in as root on its machines.
 */
export async function listNewSite(rootKeys: readonly SshKey[] = []): Promise<NewFile[]> {
  const example = (await listFiles(EXAMPLE)).map((from) => ({ from, to: relative(EXAMPLE, from) }));
  const own = [
    { from: join(import.meta.dirname, 'site-readme.md'), to: 'README.md' },
    { from: join(import.meta.dirname, 'gitignore'), to: '.gitignore' },
  ];
  const wanted = example.filter(
    ({ to }) => !DEMO.some((path) => to === path || (path.endsWith('/') && to.startsWith(path))),
  );
  const files = await Promise.all([...wanted, ...own].map(async (file) => giveKeys(file, rootKeys)));
  return files.sort((a, b) => (a.to < b.to ? -1 : 1));
}

async function giveKeys(file: NewFile, keys: readonly SshKey[]): Promise<NewFile> {
  if (file.to !== LOGIN_FILE || keys.length === 0) return file;
  const text = await readFile(file.from, 'utf8');
  if (!text.includes(NO_KEYS)) throw new Error(`${file.from} has no line ${NO_KEYS.trim()}`);
  const lines = keys.map((key, index) => `    ROOT_KEYS${index === 0 ? '=' : '+='}"${formatSshKey(key)}"\n`);
  return { ...file, text: text.replace(NO_KEYS, () => lines.join('')) };
}

/**
 * Refuses a directory that holds anything but `.git`; one that does not exist is fine.
 * @throws UserError (exit code 2)
 */
export async function checkEmpty(dir: string): Promise<void> {
  // An unset variable of a shell: it would be the current directory, with whatever is in it.
  if (dir === '') throw new UserError('no directory was named; nothing was written', { exitCode: 2 });
  const names = await readdir(dir).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new UserError(`no site can be made in ${dir}`, { exitCode: 2, cause });
  });
  const others = names.filter((name) => name !== '.git');
  if (others.length === 0) return;
  throw new UserError(
    `no site can be made in ${dir}: it holds ${others.slice(0, 3).join(', ')}${others.length > 3 ? ', …' : ''}; nothing was written`,
    { exitCode: 2, hint: `gutinteg init ${join(dir, 'site')}` },
  );
}

/**
 * Writes the files of a new site; a file that appears meanwhile is not replaced.
 * @throws UserError when the disk or the permissions do not allow it.
 */
export async function writeNewSite(dir: string, files: readonly NewFile[]): Promise<void> {
  for (const { from, to, text } of files) {
    const path = join(resolve(dir), to);
    try {
      await mkdir(dirname(path), { recursive: true });
      if (text === undefined) await copyFile(from, path, constants.COPYFILE_EXCL);
      else await writeFile(path, text, { flag: 'wx' });
    } catch (cause) {
      throw new UserError(`making a site in ${dir}: ${to} could not be written; the files before it were`, { cause });
    }
  }
}
