// Names of users and groups → numbers. In: the text of a passwd or group file, a tree. Out: a tree without names, or
// every fault. Never: I/O; the accounts of the computer that it runs on.
import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import type { MergedTree, TreeEntry, WantedHardlink } from './tree.ts';

/** Name → number. The first line of a name counts, as for getpwnam(3); lines that are none are passed over. */
export function parseAccounts(text: string): Map<string, number> {
  const accounts = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([^:#]+):[^:]*:(\d{1,10})(?::|$)/.exec(line);
    const [name, id] = [match?.[1], Number(match?.[2])];
    if (name !== undefined && id < 0xffff_ffff && !accounts.has(name)) accounts.set(name, id);
  }
  return accounts;
}

export type Accounts = { readonly users: ReadonlyMap<string, number>; readonly groups: ReadonlyMap<string, number> };

/** Whether any path of a tree has an owner by name. */
export function usesNames(tree: MergedTree): boolean {
  return tree.entries.some((entry) => isNamed(entry));
}

/**
 * Puts numbers in the place of names.
 * @throws FaultsError for each name that is unknown: path, package and name
 */
export function resolveOwners(tree: MergedTree, { users, groups }: Accounts): MergedTree {
  const faults: Fault[] = [];
  const find = (entry: TreeEntry, what: 'user' | 'group', name: string): number => {
    const id = (what === 'user' ? users : groups).get(name);
    if (id === undefined) faults.push(unknown(entry, what, name));
    return id ?? 0;
  };
  const entries = tree.entries.map((entry): TreeEntry => {
    if (!isNamed(entry)) return entry;
    const { user, group, ...rest } = entry;
    const uid = user === undefined ? entry.uid : find(entry, 'user', user);
    const gid = group === undefined ? entry.gid : find(entry, 'group', group);
    return { ...rest, uid, gid };
  });
  if (faults.length > 0) {
    const hint = 'add the account to the image or to a package, or give a number (uid, gid) in .packagelink.yaml';
    throw new FaultsError('looking up the owners of files; nothing was written', faults, { hint });
  }
  return { ...tree, entries };
}

function isNamed(entry: TreeEntry): entry is Exclude<TreeEntry, WantedHardlink> {
  return entry.type !== 'hardlink' && (entry.user !== undefined || entry.group !== undefined);
}

function unknown({ path, owner }: TreeEntry, what: 'user' | 'group', name: string): Fault {
  const file = what === 'user' ? 'etc/passwd' : 'etc/group';
  const message = `package ${owner} gives it to ${what} ${name}, whom ${file} of the target does not have`;
  return { severity: 'error', where: path, message: what === 'user' ? message : message.replace('whom', 'which') };
}
