// A member of an array or a volume group: the UUID of its own superblock, and its type in a partition table.
import { deriveLvmUuid, deriveUuid } from './derive-uuid.ts';
import type { Holds } from './layout.ts';
import type { ContentRequest } from './spec-types.ts';
import { dosTypes } from './tables/dos.ts';
import { gptTypes } from './tables/gpt.ts';

type Part = NonNullable<Holds['partOf']>;

/** All members of an array carry the array's UUID; a physical volume has one of its own. */
export function planPart(
  { filesystem, partOf = '' }: ContentRequest,
  { machineId, place }: { readonly machineId: string; readonly place: string },
): { part: Part; types: { gpt: string; dos: string } } {
  if (filesystem === 'raid1') {
    const part: Part = { kind: 'raid1', of: partOf, uuid: deriveUuid(machineId, `array/${partOf}`) };
    return { part, types: { gpt: gptTypes.linuxRaid, dos: dosTypes.linuxRaid } };
  }
  const part: Part = { kind: 'lvm', of: partOf, uuid: deriveLvmUuid(machineId, `physical-volume/${place}`) };
  return { part, types: { gpt: gptTypes.linuxLvm, dos: dosTypes.linuxLvm } };
}
