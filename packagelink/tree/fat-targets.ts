// Packages on FAT, such as a /dosc of DOS or an EFI system partition. In: a tree, the paths at which FAT is mounted.
// Out: what cannot be there, found before anything is written; entries that a run treats as FAT can hold them.
// Never: I/O.
import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { parentOf } from '../package/package-path.ts';
import type { MergedTree, TreeEntry } from './tree.ts';

/** The type of the file system at each mount point of a target, as package paths; of the target itself at the empty one. */
export type FileSystems = ReadonlyMap<string, string>;

const LARGEST_BYTES = 0xffff_ffff;
const LONGEST_NAME = 255;
// DOS and Windows open a device by these names, whatever extension they have and in whatever directory they are.
const RESERVED = /^(?:CON|PRN|AUX|NUL|CLOCK\$|COM[0-9]|LPT[0-9])(?:\.|$)/i;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const FORBIDDEN = /[\0-\x1f\x7f"*:<>?\\|]/;

/**
 * Whatever of a tree cannot be below these paths: names that differ in case only, reserved or impossible names, files
 * of 4 GiB, links, special files, attributes. Owners and modes are no faults: FAT has none, the state database keeps them.
 * @param prefixes package paths of the mount points; the empty string is the whole tree
 */
export function findFatFaults(tree: MergedTree, prefixes: readonly string[]): Fault[] {
  const firsts = new Map<string, TreeEntry>();
  return tree.entries.flatMap((entry): Fault[] => {
    if (!prefixes.some((prefix) => prefix === '' || entry.path.startsWith(`${prefix}/`))) return [];
    const messages = [nameFault(entry), kindFault(entry), collision(entry, firsts)];
    return messages.flatMap((message) =>
      message === undefined ? [] : [{ severity: 'error', where: entry.path, message: `of ${entry.owner} ${message}` }],
    );
  });
}

/**
 * Marks what lies on FAT, the directories at which it is mounted among them.
 * @throws FaultsError for what FAT cannot hold
 */
export function placeOnFat(tree: MergedTree, fileSystems: FileSystems): MergedTree {
  const prefixes = [...fileSystems].flatMap(([path, type]) => (isFat(type) ? [path] : []));
  if (prefixes.length === 0) return tree;
  const isOnFat = finder(fileSystems);
  const entries = tree.entries.map((entry) => (isOnFat(entry.path) ? { ...entry, onFat: true as const } : entry));
  const below = entries.filter(({ path, onFat }) => onFat === true && !fileSystems.has(path));
  const faults = findFatFaults({ ...tree, entries: below }, prefixes);
  if (faults.length > 0) throw new FaultsError('installing packages on FAT', faults);
  return { ...tree, entries };
}

/** Whether this is a type of FAT, in fstab or as the kernel names it. */
export function isFat(type: string): boolean {
  return /^(?:vfat|msdos|umsdos|exfat|fat)$/.test(type);
}

function finder(fileSystems: FileSystems): (path: string) => boolean {
  const known = new Map<string, boolean>();
  const isOnFat = (path: string): boolean => {
    const type = fileSystems.get(path);
    if (type !== undefined) return isFat(type);
    const parent = parentOf(path) ?? '';
    if (parent === path) return false;
    const found = known.get(parent) ?? isOnFat(parent);
    known.set(parent, found);
    return found;
  };
  return isOnFat;
}

function nameFault({ path }: TreeEntry): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const forbidden = FORBIDDEN.exec(name)?.[0];
  if (forbidden !== undefined) return `has ${JSON.stringify(forbidden)} in its name, which FAT cannot hold`;
  if (/[. ]$/.test(name)) return 'ends in a dot or a space, which FAT drops';
  if (RESERVED.test(name)) return 'has the name of a device of DOS';
  return name.length > LONGEST_NAME ? `has a name of more than ${LONGEST_NAME} characters` : undefined;
}

function kindFault(entry: TreeEntry): string | undefined {
  if (entry.type === 'symlink' || entry.type === 'hardlink') return 'is a link, and FAT has none; put a copy there';
  if (entry.type === 'special') return `is a special file (${entry.node}), and FAT has none`;
  if (entry.xattrs !== undefined) return 'has extended attributes or an ACL, and FAT has none';
  const isLarge = entry.type === 'file' && entry.content.sizeBytes > LARGEST_BYTES;
  return isLarge ? `has ${entry.content.sizeBytes} bytes; FAT holds files of less than 4 GiB` : undefined;
}

function collision(entry: TreeEntry, firsts: Map<string, TreeEntry>): string | undefined {
  const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
  // Within one directory only: what lies below two that collide would be the same fault again.
  const key = `${parentOf(entry.path) ?? ''}/${foldCase(name)}`;
  const first = firsts.get(key);
  if (first === undefined) firsts.set(key, entry);
  return first === undefined
    ? undefined
    : `is the same name as ${first.path} of ${first.owner} where case means nothing`;
}

// FAT compares character by character: 'ß' has no capital there that is one character.
function foldCase(name: string): string {
  return Array.from(name.normalize('NFC'), (character) => {
    const capital = character.toUpperCase();
    return capital.length === character.length ? capital : character;
  }).join('');
}
