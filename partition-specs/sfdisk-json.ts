// The output of `sfdisk --json`, checked.
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';

const partitionSchema = z.object({
  node: z.string(),
  start: z.int().nonnegative(),
  size: z.int().nonnegative(),
  type: z.string(),
  uuid: z.string().exactOptional(),
  name: z.string().exactOptional(),
  /** Attributes of a GPT entry, as sfdisk also reads them: `RequiredPartition GUID:60,63`. */
  attrs: z.string().exactOptional(),
  /** The active mark of a DOS table. */
  bootable: z.boolean().exactOptional(),
});

const tableSchema = z.object({
  partitiontable: z.object({
    label: z.string(),
    id: z.string().exactOptional(),
    /** Left out by older versions, where it is always 512. */
    sectorsize: z.int().positive().default(512),
    /** First and last sector for partitions, of a GPT. */
    firstlba: z.int().nonnegative().exactOptional(),
    lastlba: z.int().nonnegative().exactOptional(),
    unit: z.literal('sectors'),
    partitions: z.array(partitionSchema).default([]),
  }),
});

export type SfdiskPartition = z.infer<typeof partitionSchema>;
export type SfdiskTable = z.infer<typeof tableSchema>['partitiontable'];

/** @throws UserError when the text is not what sfdisk prints. */
export function parseSfdisk(text: string, diskPath: string): SfdiskTable {
  return parseJsonEdge(tableSchema, text, `the output of sfdisk --json ${diskPath}`).partitiontable;
}
