import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { BootDigests, DiskBytes } from './boot-artefact.ts';

/** SHA-256 of each area of the disk that the boot loader was written to, as it is now. */
export async function readBootDigests(areas: DiskBytes): Promise<BootDigests> {
  await using disk = await open(areas.disk, 'r');
  const digests: Record<string, string> = {};
  for (const area of areas.areas) {
    const { buffer, bytesRead } = await disk.read(Buffer.alloc(area.sizeBytes), 0, area.sizeBytes, area.startBytes);
    digests[area.name] = createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
  }
  return digests;
}
