// The UEFI firmware of the running machine. In: sysfs, efivarfs, efibootmgr. Out: facts. Never: writes a variable.
import { readFile, stat, statfs } from 'node:fs/promises';
import type { RunCommand } from '../../../lib/run-command.ts';
import { whenMissing, whenRefused } from '../../../lib/when-missing.ts';
import type { EfiFacts } from '../../../partition-specs/efi-facts.ts';
import { readBootEntries } from './read-boot-entries.ts';

const VARIABLES = '/sys/firmware/efi/efivars';
/** GUID of the variables that UEFI itself defines. @see UEFI 2.10 §3.3 */
const SECURE_BOOT = `${VARIABLES}/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c`;

/** What the firmware says of itself; undefined where the system was not started by UEFI firmware. */
export async function readEfi(run: RunCommand): Promise<EfiFacts | undefined> {
  if ((await stat('/sys/firmware/efi').catch(whenMissing(undefined))) === undefined) return undefined;
  const bits = await readFile('/sys/firmware/efi/fw_platform_size', 'utf8').catch(whenRefused('64'));
  const variables = variablesIn(await readFile('/proc/self/mounts', 'utf8'));
  const space = variables === 'hidden' ? undefined : await statfs(VARIABLES).catch(whenRefused(undefined));
  const boot = variables === 'hidden' ? undefined : await readBootEntries(run);
  return {
    bits: bits.trim() === '32' ? 32 : 64,
    secureBoot: await readSecureBoot(),
    variables: boot === undefined ? 'hidden' : variables,
    // Linux before 6.5 answers that there are no blocks at all.
    ...(space === undefined || space.blocks === 0 ? {} : { freeBytes: space.bavail * space.bsize }),
    boot: boot ?? { order: [], entries: [] },
  };
}

/** Whether the running system was started with Secure Boot; false with a BIOS. */
export async function readSecureBoot(): Promise<boolean> {
  return isSecureBoot(await readFile(SECURE_BOOT).catch(whenRefused(undefined)));
}

/** @see proc_pid_mounts(5), and fstab(5) for its fields */
export function variablesIn(mounts: string): EfiFacts['variables'] {
  const rows = mounts.split('\n').map((line) => line.split(' '));
  const options = rows.findLast(([, place, type]) => place === VARIABLES && type === 'efivarfs')?.[3];
  if (options === undefined) return 'hidden';
  return options.split(',').includes('ro') ? 'read-only' : 'writable';
}

/** Four bytes of attributes, then the value. @see Linux, Documentation/filesystems/efivarfs.rst */
export function isSecureBoot(variable: Uint8Array | undefined): boolean {
  return variable?.[4] === 1;
}
