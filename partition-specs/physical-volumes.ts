// The output of LVM's `pvs` as disk-probes.ts asks for it, checked: which volume group each physical volume is in.
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';

const volumeSchema = z.object({
  pv_name: z.string(),
  pv_uuid: z.string(),
  /** Empty for one that is in no group. */
  vg_name: z.string(),
  vg_uuid: z.string(),
});

const outputSchema = z.object({ report: z.tuple([z.object({ pv: z.array(volumeSchema) })]) });

export type PhysicalVolume = z.infer<typeof volumeSchema>;

/** Those in a group; none when the text is undefined. @throws UserError when it is not what pvs prints. */
export function parsePhysicalVolumes(output: string | undefined): PhysicalVolume[] {
  if (output === undefined) return [];
  const [{ pv }] = parseJsonEdge(outputSchema, output, 'the output of lvm pvs').report;
  return pv.filter(({ vg_name: group }) => group !== '');
}
