import assert from 'node:assert/strict';
import { z } from 'zod';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { runCommand } from '../../lib/run-command.ts';

const tableSchema = z.object({
  partitiontable: z.object({
    sectorsize: z.int(),
    partitions: z.array(z.looseObject({ node: z.string(), start: z.int(), size: z.int() })),
  }),
});

/** A partition of a disk image by its number, as sfdisk reads the table. */
export async function imagePartition(
  image: string,
  number: number,
): Promise<{ readonly startBytes: number; readonly sizeBytes: number }> {
  const { stdout } = await runCommand(['sfdisk', '--json', image]);
  const { sectorsize, partitions } = parseJsonEdge(tableSchema, stdout, 'sfdisk --json').partitiontable;
  const found = partitions.find(({ node }) => node === `${image}${number}`) ?? assert.fail(`no partition ${number}`);
  return { startBytes: found.start * sectorsize, sizeBytes: found.size * sectorsize };
}
