// A data partition that is made for the first time lies where nothing is lost by it.
import type { Fault } from '../lib/errors.ts';
import { describeDisk } from './disk-facts.ts';
import type { LayoutDisk } from './layout.ts';
import type { DataPlan } from './plan-data.ts';
import { overlap } from './sector-extent.ts';
import { specFault } from './spec-tokens.ts';
import type { PartitionSpec } from './spec-types.ts';

/** One fault for each new data partition that would cover a file system found on the disk. */
export function checkNewData(disks: readonly LayoutDisk[], { made }: DataPlan, spec: PartitionSpec): Fault[] {
  return spec.disks.flatMap((diskSpec) => {
    const disk = disks.find(({ name }) => name === diskSpec.name);
    return diskSpec.partitions.flatMap((request) => {
      const planned = disk?.partitions.find(({ letter }) => letter === request.letter);
      if (disk === undefined || planned === undefined || !made.has(request)) return [];
      const at = { text: spec.text, column: request.column };
      const what = `data partition ${disk.name}${request.letter} may only be made in free space`;
      const suggestion = 'wipe it by hand if nobody needs it any more, or ask for another place';
      if (disk.foundOnWholeDisk !== undefined) {
        const message = `${what}; the whole disk ${describeDisk(disk.hardware)} holds ${disk.foundOnWholeDisk}`;
        return [specFault(at, message, suggestion)];
      }
      return disk.found
        .filter((found) => overlap(found, planned) && found.holdsFilesystem)
        .map(({ path, number, evidence }) =>
          specFault(at, `${what}; ${path ?? `partition ${number}`} lies there: ${evidence}`, suggestion),
        );
    });
  });
}
