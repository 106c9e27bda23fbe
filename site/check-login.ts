// Can somebody get into the machine, as its record says? In: a machine. Out: faults at its lines, and warnings. Pure.
import { readAccounts } from '../contract/accounts.ts';
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { parseSshKeys } from '../lib/ssh-keys.ts';
import type { Machine } from '../machdb/types.ts';
import { parsePartitionSpec } from '../partition-specs/spec.ts';
import { placeOf } from './place-of.ts';

/** Where Debian's sshd has its keys; a new installation makes new ones there. */
const USUAL_DIRECTORY = '/etc/ssh';

/** ROOT_KEYS is public keys and nothing else. */
export function checkRootKeys(machine: Machine): Fault[] {
  const { problems } = parseSshKeys(machine.values.get('ROOT_KEYS') ?? '');
  return problems.map((problem) => ({
    severity: 'error',
    ...placeOf(machine, 'ROOT_KEYS'),
    message: `ROOT_KEYS: ${problem}`,
    suggestion: 'one line of a .pub file, such as "ssh-ed25519 AAAA… ann@desk"',
  }));
}

/** What to know of a machine that a site means people to log in to, as its ROOT_KEYS is there, but that lets nobody in. */
export function loginNotes(record: Readonly<Record<string, string>>): string[] {
  const { ROOT_KEYS, ROOT_PASSWORD_HASH = '' } = record;
  const { accounts } = readAccounts((variable) => record[variable]);
  if (ROOT_KEYS !== '' || ROOT_PASSWORD_HASH !== '' || accounts.some(({ keys }) => keys.length > 0)) return [];
  return [
    'ROOT_KEYS is empty, so nobody can log in by SSH; a key that is added after the installation comes with a later run',
  ];
}

/** Every name of USERS has an account that can be made. */
export function checkAccounts(machine: Machine): Fault[] {
  const { problems } = readAccounts((variable) => machine.values.get(variable));
  return problems.map(({ variable, message }) => {
    const at = machine.values.has(variable) ? variable : 'USERS';
    return { severity: 'error', ...placeOf(machine, at), message };
  });
}

/** SSH_HOST_KEYS is a plain directory, and one that is to survive an installation is on a data partition. */
export function checkHostKeysDirectory(machine: Machine): Fault[] {
  const directory = machine.values.get('SSH_HOST_KEYS') ?? '';
  if (directory === '' || directory === USUAL_DIRECTORY) return [];
  const place = placeOf(machine, 'SSH_HOST_KEYS');
  if (!/^(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$/.test(directory)) {
    const message = `SSH_HOST_KEYS: '${directory.slice(0, 80)}' is not an absolute path of plain letters, such as /srv/ssh-host-keys`;
    return [{ severity: 'error', ...place, message }];
  }
  const mount = mountOf(directory, machine.values.get('PARTITION') ?? '');
  if (mount === undefined || mount.data) return [];
  return [
    {
      severity: 'warning',
      ...place,
      message: `SSH_HOST_KEYS=${directory} is on ${mount.mountPoint}, which every installation makes anew: so is the host key`,
      suggestion: 'a directory on a partition that PARTITION marks data survives',
    },
  ];
}

/** The file system of a PARTITION that a path is on; undefined when that cannot be said. */
function mountOf(path: string, spec: string): { readonly mountPoint: string; readonly data: boolean } | undefined {
  try {
    const { disks, arrays, groups } = parsePartitionSpec(spec);
    const contents = [
      ...disks.flatMap(({ partitions }) => partitions),
      ...arrays.map(({ content }) => content),
      ...groups.flatMap(({ volumes }) => volumes),
    ];
    return contents
      .flatMap(({ mountPoint, data }) => (mountPoint === undefined ? [] : [{ mountPoint, data }]))
      .filter(({ mountPoint }) => mountPoint === '/' || `${path}/`.startsWith(`${mountPoint}/`))
      .toSorted((a, b) => b.mountPoint.length - a.mountPoint.length)[0];
  } catch (error) {
    if (error instanceof FaultsError) return undefined;
    throw error;
  }
}
