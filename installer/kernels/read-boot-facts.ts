// What a system boots from, as it is. In: a root. Out: kernels that were started, boot menus, kernel files. Never: writes.
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, readdirSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { whenRefused } from '../../lib/when-missing.ts';
import { readStartedKernels, withRunning } from './started-kernels.ts';
import type { StartedKernels } from './started-kernels.ts';

export type BootFacts = {
  /** With the running kernel, where the root is that of the running system. */
  readonly started: StartedKernels;
  /** Whether `started.last` is running now. */
  readonly isRunning: boolean;
  /** Whether `started` is news to the file that keeps it. */
  readonly isNewStart: boolean;
  /** Every boot menu that is there, by package path. */
  readonly menus: readonly { readonly path: string; readonly text: string }[];
  /** Menus that are there and say nothing: too large, no plain file, a link out of the root. */
  readonly unreadable: readonly string[];
  /** Names of the files in /boot that hold something, sorted. */
  readonly bootFiles: readonly string[];
  /** Whether /boot is on a file system of its own now. */
  readonly bootIsMounted: boolean;
};

const MENUS = ['boot/loader/gutinteg.conf', 'boot/extlinux.conf', 'etc/lilo.conf', 'etc/zipl.conf'];
/** Directories whose files of these kinds are menus, or are read by one: grub.cfg, custom.cfg, menu.lst. */
const MENU_DIRECTORIES = ['boot/grub', 'boot/grub2', 'boot/extlinux', 'boot/syslinux'];
const MENU_FILE = /\.(?:cfg|conf|lst)$/;
/** Directories, each of whose files `*.conf` is an entry. @see The Boot Loader Specification, type 1 */
const ENTRIES = ['boot/loader/entries', 'boot/efi/loader/entries', 'efi/loader/entries'];
/** Each of whose directories may have a grub.cfg. */
const EFI_SYSTEMS = ['boot/efi/EFI', 'efi/EFI'];

const MOST_ENTRIES = 1000;
const MOST_BYTES = 4 * 1024 * 1024;

/** Looks at everything that decides what must stay, so that the system can start. */
export async function readBootFacts(root: string): Promise<BootFacts> {
  const running = root === '/' ? (await readFile('/proc/sys/kernel/osrelease', 'utf8')).trim() : undefined;
  const known = await readStartedKernels(root);
  const started = withRunning(known, running);
  const found = menuPaths(root).map((path) => ({ path, text: readMenu(root, path) }));
  return {
    started,
    isRunning: running !== undefined,
    isNewStart: started !== known,
    menus: found.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }])),
    unreadable: found.flatMap(({ path, text }) => (text === undefined ? [path] : [])),
    bootFiles: namesIn(join(root, 'boot')).filter((name) => isFilled(join(root, 'boot', name))),
    bootIsMounted: deviceOf(join(root, 'boot')) !== deviceOf(root),
  };
}

function menuPaths(root: string): string[] {
  const menus = MENU_DIRECTORIES.flatMap((directory) =>
    namesIn(join(root, directory)).flatMap((name) => (MENU_FILE.test(name) ? [`${directory}/${name}`] : [])),
  );
  const entries = ENTRIES.flatMap((directory) =>
    namesIn(join(root, directory)).flatMap((name) => (name.endsWith('.conf') ? [`${directory}/${name}`] : [])),
  );
  const onEfi = EFI_SYSTEMS.flatMap((directory) =>
    namesIn(join(root, directory)).map((name) => `${directory}/${name}/grub.cfg`),
  );
  const found = [menus, MENUS, entries, onEfi].flatMap((paths) => paths.slice(0, MOST_ENTRIES));
  return found.filter((path) => isThere(join(root, path)));
}

// A link may lead to a menu elsewhere in the same root; what is read is only compared with names, and never shown.
function readMenu(root: string, path: string): string | undefined {
  try {
    const top = realpathSync(root);
    const place = realpathSync(join(root, path));
    if (!place.startsWith(top.endsWith(sep) ? top : top + sep)) return undefined;
    const fd = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile() || stat.size > MOST_BYTES) return undefined;
      const bytes = Buffer.alloc(stat.size);
      return bytes.subarray(0, readSync(fd, bytes, 0, stat.size, 0)).toString('utf8');
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return whenRefused(undefined)(error);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch (error) {
    return whenRefused<string[]>([])(error);
  }
}

const isThere = (path: string): boolean => statOf(path) !== undefined;
const deviceOf = (path: string): number | undefined => statOf(path)?.dev;

function isFilled(path: string): boolean {
  const stat = statOf(path);
  return stat?.isFile() === true && stat.size > 0;
}

function statOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return whenRefused(undefined)(error);
  }
}
