// What `sfdisk --dump` prints, as far as a saved table is compared and drawn from it. Pure.
import { partitionNumber } from '../../partition-specs/linux-device-path.ts';
import type { Extent } from '../../lib/byte-extents.ts';

export type DumpedPartition = Extent & { readonly number: number; readonly type: string };

export type Dump = {
  /** `gpt`, `dos`, `sun`, … */
  readonly label: string;
  readonly partitions: readonly DumpedPartition[];
  /** Its lines without what depends on the disk's path or the version of sfdisk. */
  readonly lines: readonly string[];
};

const PARTITION = /^(\S+) : (start= *(\d+), size= *(\d+), type=([^,]+).*)$/;
const NOT_COMPARED = /^(device|unit|sector-size): /;

/** Undefined for null, where there was no table. */
export function parseDump(text: string | null, logicalSectorBytes: number): Dump | undefined {
  if (text === null) return undefined;
  const device = /^device: (.*)$/m.exec(text)?.[1] ?? '';
  const partitions: DumpedPartition[] = [];
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const match = PARTITION.exec(line);
    if (match === null) {
      if (line !== '' && !NOT_COMPARED.test(line)) lines.push(line);
      continue;
    }
    const [, node = '', fields = '', start, size, type = ''] = match;
    const number = partitionNumber(device, node) ?? Number(/\d+$/.exec(node)?.[0]);
    const [startSector, sizeSectors] = [Number(start), Number(size)];
    partitions.push({
      number,
      type,
      offsetBytes: startSector * logicalSectorBytes,
      sizeBytes: sizeSectors * logicalSectorBytes,
    });
    lines.push(`${number}: ${fields.replaceAll(/ +/g, ' ')}`);
  }
  return { label: /^label: (.*)$/m.exec(text)?.[1] ?? '', partitions, lines };
}

/** An extended partition of a DOS label, and the whole-disk slice of a Sun one: both hold partitions, no contents. */
const CONTAINER_TYPES: ReadonlySet<string> = new Set(['5', 'f', '85']);

/** Partitions that have contents of their own. */
export function partitionsWithContents(dump: Dump | undefined): readonly DumpedPartition[] {
  return (dump?.partitions ?? []).filter(({ type }) => !CONTAINER_TYPES.has(type));
}
