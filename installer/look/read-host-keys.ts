import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineRecord } from '../../contract/lookup.ts';
import type { Report } from '../../contract/report.ts';
import { isHostKey } from '../../lib/host-key.ts';
import { readRegularFile } from '../../lib/read-regular-file.ts';
import { whenRefused } from '../../lib/when-missing.ts';

const USUAL_DIRECTORY = '/etc/ssh';
const PUBLIC_KEY = /^ssh_host_\w+_key\.pub$/;

/** `TYPE KEY` of each SSH host key of the system below `root`. What is not one is left out: it lets nobody be sure. */
export async function readHostKeys(root: string, record: MachineRecord): Promise<NonNullable<Report['hostKeys']>> {
  const folder = join(root, record['SSH_HOST_KEYS'] || USUAL_DIRECTORY);
  const names = await readdir(folder).catch(whenRefused<string[]>([]));
  const keys: string[] = [];
  for (const name of names.filter((each) => PUBLIC_KEY.test(each)).sort()) {
    const text = await readRegularFile(join(folder, name)).then(String, () => '');
    const key = text.trim().split(/\s+/).slice(0, 2).join(' ');
    if (isHostKey(key)) keys.push(key);
  }
  return keys.slice(0, 20);
}
