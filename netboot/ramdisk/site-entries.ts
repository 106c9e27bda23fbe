import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RamdiskEntry } from './cpio.ts';

const FILES = join(import.meta.dirname, 'files');

/** Files of the ramdisk that change with the site or the program: scripts, installer, public keys. Paths keep clear of the base's links. */
export async function siteEntries(installer: Uint8Array, publicKeys: readonly string[]): Promise<RamdiskEntry[]> {
  const file = (path: string, data: Uint8Array, mode = 0o644): RamdiskEntry => ({ path, kind: 'file', mode, data });
  return [
    file('init', await readFile(join(FILES, 'init')), 0o755),
    file('usr/lib/gutinteg/udhcpc', await readFile(join(FILES, 'udhcpc')), 0o755),
    file('usr/lib/gutinteg/hotplug', await readFile(join(FILES, 'hotplug')), 0o755),
    file('etc/lvm/lvm.conf', await readFile(join(FILES, 'lvm.conf'))),
    file('usr/lib/gutinteg/installer.mjs', installer),
    ...publicKeys.map((key, index) => file(`etc/gutinteg/keys/${index}.pub`, Buffer.from(key))),
  ];
}
