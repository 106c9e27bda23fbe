// Where on a disk the partition table itself lies. In: a way to read, the kind of the table. Out: extents.
import { mergeExtents } from '../../lib/byte-extents.ts';
import type { Extent } from '../../lib/byte-extents.ts';
import { readDosChain } from './dos-chain.ts';
import type { Geometry, ReadBytes } from './dos-chain.ts';
import { readGptExtents } from './gpt-extents.ts';

/**
 * Sector 0, every part of a GPT that is whole, and the chain of a DOS label. `label` is what sfdisk calls the table;
 * undefined when it finds none, as half a GPT may be there all the same.
 */
export async function readLabelExtents(
  read: ReadBytes,
  geometry: Geometry,
  label: string | undefined,
): Promise<Extent[]> {
  const first = { offsetBytes: 0, sizeBytes: geometry.logicalSectorBytes };
  // Elsewhere what looks like a chain is the contents of something.
  const chain = label === 'dos' ? await readDosChain(read, geometry) : [];
  return mergeExtents([first, ...(await readGptExtents(read, geometry)), ...chain]);
}
