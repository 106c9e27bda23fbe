import assert from 'node:assert/strict';
import { z } from 'zod';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { runCommand } from '../../lib/run-command.ts';

const tableSchema = z.object({
  partitiontable: z.object({
    sectorsize: z.int(),
    partitions: z.array(z.looseObject({ node: z.string(), start: z.int() })),
  }),
});

/** Where a partition of a disk image begins, in bytes, as sfdisk reads its table. */
export async function partitionOffset(image: string, number: number): Promise<number> {
  const { stdout } = await runCommand(['sfdisk', '--json', image]);
  const { sectorsize, partitions } = parseJsonEdge(tableSchema, stdout, 'sfdisk --json').partitiontable;
  const found = partitions.find(({ node }) => node === `${image}${number}`) ?? assert.fail(`no partition ${number}`);
  return found.start * sectorsize;
}
