import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledInstaller } from './compiled-installer.ts';
import type { RamdiskEntry } from './cpio.ts';

const FILES = join(import.meta.dirname, 'files');

/** Files of the ramdisk that change with the site or the program: scripts, installer, public keys. Paths keep clear of the base's links. */
export async function siteEntries(
  installer: Uint8Array | CompiledInstaller,
  publicKeys: readonly string[],
): Promise<RamdiskEntry[]> {
  const file = (path: string, data: Uint8Array, mode = 0o644): RamdiskEntry => ({ path, kind: 'file', mode, data });
  return [
    file('init', await readFile(join(FILES, 'init')), 0o755),
    file('usr/lib/gutinteg/udhcpc', await readFile(join(FILES, 'udhcpc')), 0o755),
    file('usr/lib/gutinteg/hotplug', await readFile(join(FILES, 'hotplug')), 0o755),
    file('usr/lib/gutinteg/firmware-packages', await readFile(join(FILES, 'firmware-packages'))),
    file('etc/lvm/lvm.conf', await readFile(join(FILES, 'lvm.conf'))),
    file('usr/lib/gutinteg/start.mjs', await readFile(join(FILES, 'start.mjs'))),
    ...installerFiles(installer).map(([name, data]) => file(`usr/lib/gutinteg/${name}`, data)),
    ...publicKeys.map((key, index) => file(`etc/gutinteg/keys/${index}.pub`, Buffer.from(key))),
  ];
}

/** What start.mjs looks for. */
function installerFiles(installer: Uint8Array | CompiledInstaller): [name: string, data: Uint8Array][] {
  if (installer instanceof Uint8Array) return [['installer.mjs', installer]];
  const { text, compiled } = installer;
  return [
    ['installer.js', text],
    ...(compiled === undefined ? [] : [['installer.js.compiled', compiled] as [string, Uint8Array]]),
  ];
}
