// The files of a plan, put on an EFI system partition. In: a step of the plan, the new system. Out: notices. Never:
// writes bytes that are not those of the plan.
import { UserError } from '../../../lib/errors.ts';
import type { BootStep } from '../boot-plan.ts';
import { readEspEntries } from '../entries/esp-entries.ts';
import { readEspSource, sha256 } from './esp-file.ts';
import type { EspFile } from './esp-file.ts';
import type { MountEsp } from './mount-esp.ts';
import { spareForeignFallback } from './spare-foreign-fallback.ts';
import { compareEspFiles, writeEspFiles } from './write-esp-files.ts';
import type { EspBytes } from './write-esp-files.ts';

/** @throws UserError when the system has other bytes than the plan, or the partition other ones than were written */
export async function installEsp(
  { esp, files, menu }: Extract<BootStep, { kind: 'write-esp' }>,
  { root, mountEsp }: { readonly root: string; readonly mountEsp: MountEsp },
): Promise<string[]> {
  const entries = menu === undefined ? [] : await readEspEntries(menu, root);
  const bytes = [...entries, ...(await Promise.all(files.map(async (file) => readPlanned(file, root))))];
  return mountEsp(esp.device, 'write', async (top) => {
    const own = esp.isKept ? await spareForeignFallback(top, bytes, new Set()) : bytes;
    await writeEspFiles(top, own);
    const wrong = (await compareEspFiles(top, own)).map(({ path }) => path);
    if (wrong.length > 0) throw new UserError(`${esp.disk}: ${wrong.join(', ')} cannot be read back as written`);
    return own.length === bytes.length ? [] : [foreignFallback(esp.disk)];
  });
}

/** Without a boot entry, firmware starts that one. */
export function foreignFallback(disk: string): string {
  return `the EFI system partition of ${disk} has an EFI/BOOT of another system, which stays: without its boot entry, the machine starts that`;
}

async function readPlanned(file: EspFile, root: string): Promise<EspBytes> {
  const bytes = await readEspSource(file.from, root);
  if (sha256(bytes) === file.sha256) return { ...file, bytes };
  throw new UserError(`${file.path} for the EFI system partition: the new system has other bytes than its packages`);
}
