// Where the EFI system partitions of a layout are now. In: what lsblk prints. Out: those with their devices, and those
// that are missing. Pure.
import { z } from 'zod';
import { UserError } from '../../../lib/errors.ts';
import { parseJsonEdge } from '../../../lib/parse-edge.ts';
import type { Argv } from '../../../lib/run-command.ts';
import type { Esp } from './find-esps.ts';

/** @see lsblk(8) */
export const espsArgv: Argv = ['lsblk', '--json', '--list', '--paths', '--output', 'PATH,PKNAME,PARTUUID'];

const lsblkSchema = z.object({
  blockdevices: z.array(
    z.looseObject({ path: z.string(), pkname: z.string().nullable(), partuuid: z.string().nullable() }),
  ),
});

/**
 * Names of disks change, their partitions' UUIDs do not.
 * @param lsblk answer of `espsArgv`
 * @throws UserError when two disks carry one UUID
 */
export function locateEsps(esps: readonly Esp[], lsblk: string): { found: Esp[]; missing: Esp[] } {
  const { blockdevices } = parseJsonEdge(lsblkSchema, lsblk, espsArgv.join(' '));
  const found: Esp[] = [];
  const missing: Esp[] = [];
  for (const esp of esps) {
    const carriers = blockdevices.filter(({ partuuid }) => partuuid?.toLowerCase() === esp.partUuid);
    const [only] = carriers;
    if (carriers.length > 1) {
      throw new UserError(
        `the EFI system partitions were not looked at: ${carriers.length} disks carry the partition ${esp.partUuid}`,
        { hint: 'lsblk -o NAME,SERIAL,PARTUUID' },
      );
    }
    if (only?.pkname === undefined || only.pkname === null) missing.push(esp);
    else found.push({ ...esp, device: only.path, diskPath: only.pkname });
  }
  return { found, missing };
}
