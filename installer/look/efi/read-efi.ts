// The UEFI firmware of the running machine. In: sysfs, efivarfs, efibootmgr. Out: facts. Never: writes a variable.
import { readFile, stat, statfs } from 'node:fs/promises';
import { parseEdge } from '../../../lib/parse-edge.ts';
import { CommandError } from '../../../lib/run-command.ts';
import type { Argv, RunCommand } from '../../../lib/run-command.ts';
import { whenMissing, whenRefused } from '../../../lib/when-missing.ts';
import { bootEntriesSchema } from '../../../partition-specs/efi-facts.ts';
import type { BootEntries, EfiFacts } from '../../../partition-specs/efi-facts.ts';
import { parseBootEntries } from './parse-boot-entries.ts';

const VARIABLES = '/sys/firmware/efi/efivars';
/** GUID of the variables that UEFI itself defines. @see UEFI 2.10 §3.3 */
const SECURE_BOOT = `${VARIABLES}/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c`;
const listArgv: Argv = ['efibootmgr', '-v'];

/** What the firmware says of itself; undefined where the system was not started by UEFI firmware. */
export async function readEfi(run: RunCommand): Promise<EfiFacts | undefined> {
  if ((await stat('/sys/firmware/efi').catch(whenMissing(undefined))) === undefined) return undefined;
  const bits = await readFile('/sys/firmware/efi/fw_platform_size', 'utf8').catch(whenRefused('64'));
  const variables = variablesIn(await readFile('/proc/self/mounts', 'utf8'));
  const space = variables === 'hidden' ? undefined : await statfs(VARIABLES).catch(whenRefused(undefined));
  return {
    bits: bits.trim() === '32' ? 32 : 64,
    secureBoot: await readSecureBoot(),
    variables,
    // Linux before 6.5 answers that there are no blocks at all.
    ...(space === undefined || space.blocks === 0 ? {} : { freeBytes: space.bavail * space.bsize }),
    boot: variables === 'hidden' ? { order: [], entries: [] } : await readBootEntries(run),
  };
}

/** Whether the running system was started with Secure Boot; false with a BIOS. */
export async function readSecureBoot(): Promise<boolean> {
  return isSecureBoot(await readFile(SECURE_BOOT).catch(whenRefused(undefined)));
}

/** Boot entries and their order; none where efibootmgr is missing or the firmware does not let it read. */
async function readBootEntries(run: RunCommand): Promise<BootEntries> {
  try {
    const { stdout } = await run(listArgv, { timeoutMs: 30_000 });
    return parseEdge(bootEntriesSchema, parseBootEntries(stdout), listArgv.join(' '));
  } catch (error) {
    if (error instanceof CommandError) return { order: [], entries: [] };
    throw error;
  }
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
